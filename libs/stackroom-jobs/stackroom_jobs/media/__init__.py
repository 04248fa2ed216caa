"""Videos in, pictures out: safe names, what kind of file some bytes are, and the folder that holds them."""

from typing import BinaryIO, Protocol


class Media(Protocol):
    """What an operation's function reads and delivers, wherever the files are."""

    def open(self, name: str) -> BinaryIO:
        """To read and to seek in. RecordError ``bad_name``, ``not_found``, ``unreadable``, also while reading."""

    def put(self, file_name: str, content: bytes) -> str:
        """Deliver a picture of the record at hand, once or again; gives the name under which it is served.

        RecordError ``bad_name``, ``not_a_picture``, ``too_large`` or ``too_many``; Stopped where the lease is over.
        """
