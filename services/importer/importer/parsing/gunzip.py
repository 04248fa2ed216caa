"""A body that is compressed by gzip, read as what it holds, and never more of it than is allowed."""

import zlib
from collections.abc import Iterator

from importer.parsing.spool import BLOCK_BYTES, Readable
from importer.problems import BROKEN_GZIP
from stackroom_kit.problems import TOO_LARGE

MAGIC = b"\x1f\x8b"
MAX_MEMBERS = 20_000  # parts one behind the other; each costs time, also an empty one
PACKED_BYTES = 16 * 1024  # of one read: what is left of them behind a part is copied
_WITH_GZIP_HEAD = 31


class Gunzip:
    """Problem 400 where the bytes break, 413 where they hold more than ``max_bytes``."""

    def __init__(self, stream: Readable, max_bytes: int) -> None:
        self._stream = stream
        self._max_bytes = max_bytes
        self._blocks = self._unpacked()
        self._rest = b""

    def read(self, size: int = BLOCK_BYTES, /) -> bytes:
        if not self._rest:
            self._rest = next(self._blocks, b"")
        part, self._rest = self._rest[:size], self._rest[size:]
        return part

    def _unpacked(self) -> Iterator[bytes]:
        left, packed = self._max_bytes, self._stream.read(PACKED_BYTES)
        for _ in range(MAX_MEMBERS):
            member = zlib.decompressobj(_WITH_GZIP_HEAD)
            is_over = False
            while not is_over:
                block = self._some(member, packed or self._stream.read(PACKED_BYTES))
                is_over = member.eof
                packed = member.unused_data if is_over else member.unconsumed_tail
                left -= len(block)
                if left < 0:
                    raise TOO_LARGE(f"The body may have at most {self._max_bytes} bytes; unpacked it has more.")
                if block:
                    yield block
            packed = self._behind(packed)
            if not packed:
                return
        raise TOO_LARGE(f"The body has more than {MAX_MEMBERS} parts that are compressed each for itself.")

    def _behind(self, packed: bytes) -> bytes:
        """What follows a part; some programs fill up their last block with zeros."""
        packed = packed or self._stream.read(PACKED_BYTES)
        while packed and not packed.strip(b"\0"):
            packed = self._stream.read(PACKED_BYTES)
        return packed.lstrip(b"\0")

    def _some(self, member: "zlib._Decompress", packed: bytes) -> bytes:
        if not packed:
            raise BROKEN_GZIP("The body is cut short: gzip says that more follows.")
        try:
            return member.decompress(packed, BLOCK_BYTES)
        except zlib.error:
            raise BROKEN_GZIP("The body cannot be unpacked: it is no gzip, or damaged.") from None
