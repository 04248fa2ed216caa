"""What an operation's function reads and delivers, straight from and to a folder."""

from pathlib import Path
from typing import BinaryIO

from importer.media.folder import MediaFolder
from importer.media.names import picture_of_row


class LocalMedia:
    """Pictures go where those of row 1 of a batch ``local`` would."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._folder = MediaFolder(root)

    def open(self, name: str) -> BinaryIO:
        return self._folder.open(name)

    def put(self, file_name: str, content: bytes) -> str:
        name = picture_of_row("local", 1, file_name)
        with self._folder.incoming(len(content)) as incoming:
            incoming.write(content)
            incoming.finish()
            incoming.keep_as(name)
        return name
