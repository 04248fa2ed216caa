"""A file in any encoding, read as the bytes of UTF-8, which is what readers of JSON take."""

import codecs
import dataclasses
from typing import IO, Any, cast

from importer.parsing.encodings import UTF_8, Encoding
from importer.parsing.spool import BLOCK_BYTES, Spooled


class Recoded:
    """Reads, and goes back to the start; whatever the file's size, about one block is held."""

    def __init__(self, file: IO[Any], encoding: Encoding) -> None:
        self._file = file
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding.codec)()
        self._waiting = b""
        self.seek(0)

    def seek(self, offset: int) -> int:
        if offset:
            raise ValueError("only the start can be gone back to")
        self._file.seek(self._encoding.marks)
        self._decoder.reset()
        self._waiting = b""
        return 0

    def read(self, size: int = -1, /) -> bytes:
        while size < 0 or len(self._waiting) < size:
            block = self._file.read(BLOCK_BYTES)
            self._waiting += self._decoder.decode(block, final=not block).encode()
            if not block:
                break
        end = len(self._waiting) if size < 0 else size
        found, self._waiting = self._waiting[:end], self._waiting[end:]
        return found


def in_utf8(spooled: Spooled) -> Spooled:
    """The same text as UTF-8 without a mark, at its start; the file itself where it is so already."""
    encoding = spooled.encoding
    if encoding.name in (UTF_8, "us-ascii") and not encoding.marks:
        spooled.file.seek(0)
        return spooled
    return dataclasses.replace(spooled, file=cast("IO[Any]", Recoded(spooled.file, encoding)))
