"""A body goes to disk before anything looks at it, so that a slow or huge upload holds no memory."""

import dataclasses
import hashlib
from collections.abc import Iterator
from typing import IO, Any, Protocol

from importer.parsing.encodings import PLAIN, Encoding
from stackroom_kit.disk_room import DiskRoom, SpoolFile
from stackroom_kit.full_disk import full_disk_is_a_problem

BLOCK_BYTES = 256 * 1024
DISK = "The importer's disk"
RECEIVED_BYTES = 1024 * 1024  # in one piece: what the server holds already is copied with every one that is taken


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
