"""The bytes of a video file at a place, for what looks into containers itself."""

import io
from typing import BinaryIO

SLACK = 64  # bytes by which a container may promise too many: some writers count their own header twice


class FileBytes:
    """The bytes of a file. Others read it as well, so who makes one puts the file's place back afterwards."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, io.SEEK_END)

    def at(self, start: int, count: int) -> bytes:
        """Fewer than ``count`` where the file ends before."""
        if start < 0 or start >= self.size:
            return b""
        self._file.seek(start)
        return self._file.read(count)

    def number(self, start: int, count: int, order: str = "big") -> int:
        return int.from_bytes(self.at(start, count), "little" if order == "little" else "big")
