"""Room on a disk is taken before it is written to, so that all writers together leave free what must stay free.

The file system itself is the counter: room is taken by allocating the blocks of a file. So every process and every
program sees it, nobody else can use it up, and it goes with the file. A file without a name goes with its process.
"""

import contextlib
import dataclasses
import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

IN_MEMORY_BYTES = 1024 * 1024
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})  # what a system says that has no room for a file
STEP_BYTES = 4 * 1024 * 1024  # of a file whose length is not known before


class NoRoomError(OSError):
    """ENOSPC before the disk is really full."""

    def __init__(self, wanted: int, kept_free: int) -> None:
        super().__init__(errno.ENOSPC, f"no room for {wanted} more bytes, since {kept_free} must stay free")


def free_bytes(folder: Path) -> int:
    """Of the disk that ``folder`` is on, for programs that are not root."""
    return shutil.disk_usage(folder).free


@dataclasses.dataclass(frozen=True)
class DiskRoom:
    """The disk of ``folder``, which is made where it is not there; ``kept_free`` bytes of it are never taken."""

    folder: Path
    kept_free: int

    def left(self) -> int:
        """Bytes that may still be taken. OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return max(0, free_bytes(self.folder) - self.kept_free)

    def check(self, size: int) -> None:
        """NoRoomError where so many bytes could not be taken now, or where already less is free than must be."""
        if free_bytes(self.folder) - size < self.kept_free:
            raise NoRoomError(size, self.kept_free)

    def take(self, descriptor: int, start: int, end: int) -> None:
        """Room for these bytes of an open file, all or none of it. NoRoomError; OSError."""
        with self._alone():
            self.check(end - start)
            try:
                os.posix_fallocate(descriptor, start, end - start)
            except OSError:
                os.ftruncate(descriptor, start)
                raise

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """A lock, so that nobody takes room between the check and the allocation. Threads wait for it only briefly."""
        path = self.folder / f".stackroom-{os.getuid()}.room"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


class Reservation:
    """The room of one file that is written from its start to its end."""

    def __init__(self, room: DiskRoom, descriptor: int) -> None:
        self._room, self._descriptor = room, descriptor
        self._taken = 0

    def cover(self, size: int) -> None:
        """The file may have ``size`` bytes. Some more are taken where it grows further than was said. NoRoomError."""
        if size > self._taken:
            end = max(size, self._taken + STEP_BYTES) if self._taken else size
            self._room.take(self._descriptor, self._taken, end)
            self._taken = end

    def cut(self, size: int) -> None:
        """Give back what is behind the ``size`` bytes that were written and flushed."""
        if size < self._taken:
            os.ftruncate(self._descriptor, size)
            self._taken = size


class SpoolFile(tempfile.SpooledTemporaryFile[bytes]):
    """A temporary file, in memory while it is short; its room on the disk is taken before it is written.

    ``expected`` bytes are taken at once, more when more comes. NoRoomError.
    """

    def __init__(self, room: DiskRoom, expected: int = 0) -> None:
        super().__init__(IN_MEMORY_BYTES, dir=str(room.folder))
        self._room = room
        self._reservation: Reservation | None = None
        self._size = 0
        try:
            self._cover(expected)
        except BaseException:
            self.close()
            raise

    def _cover(self, size: int) -> None:
        if size <= IN_MEMORY_BYTES:
            return
        if self._reservation is None:
            self._reservation = Reservation(self._room, self.fileno())
        self._reservation.cover(size)

    def write(self, block: bytes) -> int:  # type: ignore[override]
        """Behind what was written before."""
        self._cover(self._size + len(block))
        self._size += len(block)
        return super().write(block)

    def begin_reading(self) -> None:
        """At the start, with only what was written."""
        self.flush()
        if self._reservation is not None:
            self._reservation.cut(self._size)
        self.seek(0)


def temporary_room(kept_free: int) -> DiskRoom:
    """The disk of temporary files."""
    return DiskRoom(Path(tempfile.gettempdir()), kept_free)
