"""A body goes to disk before anything looks at it, and is read from there, as UTF-8 where that is wanted."""

import codecs
import dataclasses
import hashlib
from collections.abc import Iterator
from typing import IO, Any, Protocol, cast

from importer.parsing.encodings import PLAIN, UTF_8, Encoding
from stackroom_kit.disk_room import DiskRoom, SpoolFile
from stackroom_kit.problems import full_disk_is_a_problem

BLOCK_BYTES = 256 * 1024
DISK = "The importer's disk"
RECEIVED_BYTES = 1024 * 1024  # of one read: at each one the server copies all that it has buffered


class Readable(Protocol):
    def read(self, size: int = ..., /) -> bytes: ...


@dataclasses.dataclass(frozen=True)
class Spooled:
    """``file`` stands at its start; ``digest`` is the SHA-256 of the prefix and the bytes; ``lines`` counts breaks.

    ``encoding`` is UTF-8 until ``detection`` has looked.

    Leaving the block closes the file, which has no name and goes with that.
    """

    file: IO[Any]
    size: int
    lines: int
    digest: str
    encoding: Encoding = PLAIN

    def __enter__(self) -> "Spooled":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


def spool(stream: Readable, digest_prefix: bytes, room: DiskRoom, expected: int = 0) -> Spooled:
    """Read ``stream`` to its end; ``expected`` is about its length. Problem 503: there is no room on the disk.

    The prefix holds what else makes two requests the same.
    """
    with full_disk_is_a_problem(DISK):
        file = SpoolFile(room, expected)
        try:
            return _filled(file, stream, digest_prefix)
        except BaseException:
            file.close()
            raise


def _filled(file: SpoolFile, stream: Readable, digest_prefix: bytes) -> Spooled:
    digest = hashlib.sha256(digest_prefix)
    size = lines = 0
    while block := stream.read(RECEIVED_BYTES):
        file.write(block)
        digest.update(block)
        size += len(block)
        lines += block.count(b"\n")
    file.begin_reading()
    return Spooled(file, size, lines, digest.hexdigest())


def blocks(file: IO[Any], start: int = 0) -> Iterator[bytes]:
    file.seek(start)
    return iter(lambda: file.read(BLOCK_BYTES), b"")


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
