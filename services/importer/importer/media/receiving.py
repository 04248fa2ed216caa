"""A file on its way in: as the body of a request, or as the one part of a form."""

import hashlib
from typing import IO, cast

from importer.media.folder import Incoming
from importer.media.kinds import HEAD_BYTES, kind_of_bytes
from importer.media.names import UPLOADS
from importer.parsing.form import only_file
from importer.parsing.spool import Readable
from importer.problems import EMPTY_UPLOAD
from stackroom_kit.body_length import IncompleteBodyError

BLOCK_BYTES = 1024 * 1024
SYNC_BYTES = 64 * 1024 * 1024  # are written before a sync: little is left to wait for at the end of an upload


class IncomingMedia:
    """A file that is being sent: written on, and named by what it holds. Enough of a file for the parser of forms."""

    def __init__(self, incoming: Incoming) -> None:
        self._incoming, self._digest, self._head = incoming, hashlib.sha256(), b""
        self._unsynced = 0

    def write(self, block: bytes) -> None:
        """OSError."""
        self._head += block[: HEAD_BYTES - len(self._head)]
        self._digest.update(block)
        self._incoming.write(block)
        self._unsynced += len(block)
        if self._unsynced >= SYNC_BYTES:
            self._incoming.sync()
            self._unsynced = 0

    def seek(self, _offset: int, /) -> None:
        """What was written is not read here."""

    def name(self) -> str:
        """By SHA-256 of the bytes, and the ending that the first of them ask for. Problem 400 for an empty file."""
        if not self._incoming.size:
            raise EMPTY_UPLOAD("The file is empty; send one with its Content-Length.")
        return f"{UPLOADS}/{self._digest.hexdigest()}.{kind_of_bytes(self._head).suffix}"


class MediaBody:
    """The body of a request: a connection that breaks or falls silent is no trouble of the disk."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        """IncompleteBodyError."""
        try:
            return self._stream.read(size)
        except OSError:
            raise IncompleteBodyError from None


def take_body(body: MediaBody, media: IncomingMedia) -> None:
    """The body is the file itself."""
    while block := body.read(BLOCK_BYTES):
        media.write(block)


def take_form(body: MediaBody, media: IncomingMedia) -> None:
    """The file is the only part of a form; Problem 400 and 413 where it is not."""
    only_file(body, lambda: cast("IO[bytes]", media))
