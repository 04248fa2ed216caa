"""What a slow reader has not taken yet: first in memory, then in a file, so that no service waits for the reader."""

import errno
import os
import tempfile
import time
from collections.abc import Callable
from typing import IO

from stackroom_kit.disk_room import FULL, DiskRoom, Reservation
from ui.process import Limiter

MEMORY_BYTES = 256 * 1024
BLOCK_BYTES = 128 * 1024
WAITING = 2  # answers that may keep a service waiting because the disk has no room for them


class SpoolSpace:
    """The space that the answers of one process share: ``most`` bytes, and no more than ``room`` has.

    ``waiting``: limits the answers that wait for some. ``on_disk``: the spools that take some.
    """

    def __init__(self, room: DiskRoom, most: int) -> None:
        self.room = room
        self.waiting = Limiter(WAITING)
        self.on_disk: set[Spool] = set()
        self._left = most

    def end_slowest(self, but: "Spool") -> bool:
        """Drop the answer whose reader would need the longest for the rest. False where that is ``but``."""
        slowest = max((*self.on_disk, but), key=Spool.seconds_left)
        if slowest is not but:
            slowest.end()
        return slowest is not but

    def take(self, size: int) -> None:
        """OSError ENOSPC where so much is not left."""
        if size > self._left:
            raise OSError(errno.ENOSPC, "answers to slow readers take all that they may")
        self._left -= size

    def give_back(self, size: int) -> None:
        self._left += size


class Spool:
    """Bytes that come out in the order in which they went in. Its length is what is still in it.

    ``has_ended``: they were dropped, since quicker readers needed the space.
    """

    def __init__(self, space: SpoolSpace, clock: Callable[[], float] = time.monotonic) -> None:
        self._space, self._clock = space, clock
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._reservation: Reservation | None = None
        self._taken = self._read = self._written = 0
        self._since, self._given = clock(), 0
        self.has_ended = False

    def __len__(self) -> int:
        return len(self._memory) + self._written - self._read

    @property
    def file_bytes(self) -> int:
        """What was written to the file since it was last empty, read or not."""
        return self._written

    def seconds_left(self) -> float:
        """How long the reader needs for the rest, at its pace since it last had all. A new one counts as quick."""
        return len(self) * (self._clock() - self._since) / (self._given + MEMORY_BYTES)

    def append(self, data: memoryview) -> bool:
        """False where no room is left for it, though slower readers were ended."""
        if not self:
            self._since, self._given = self._clock(), 0
        is_short = not self._memory or len(self._memory) + len(data) <= MEMORY_BYTES
        if is_short and not self._written:
            self._memory += data
            return True
        return self._wrote(data)

    def _wrote(self, data: memoryview) -> bool:
        while True:
            try:
                self._write(data)
            except OSError as error:
                if error.errno not in FULL:
                    raise
                if not self._space.end_slowest(self):
                    self._remove_empty_file()
                    return False
            else:
                return True

    def _write(self, data: memoryview) -> None:
        """OSError where there is no room; then nothing of it is kept."""
        end = self._written + len(data)
        descriptor, reservation = self._opened()
        self._space.on_disk.add(self)
        if end > self._taken:
            self._space.take(end - self._taken)
            self._taken = end
        reservation.cover(end)
        at = self._written
        while at < end:
            at += os.pwrite(descriptor, data[at - self._written :], at)
        self._written = end

    def _opened(self) -> tuple[int, Reservation]:
        if self._file is None or self._reservation is None:
            self._file = tempfile.TemporaryFile(dir=self._space.room.folder, buffering=0)  # noqa: SIM115
            self._reservation = Reservation(self._space.room, self._file.fileno())
        return self._file.fileno(), self._reservation

    def first(self) -> bytes:
        """A block of what comes next; empty where there is nothing."""
        if self._memory:
            return bytes(memoryview(self._memory)[:BLOCK_BYTES])
        if self._file is None or self._read == self._written:
            return b""
        return os.pread(self._file.fileno(), min(BLOCK_BYTES, self._written - self._read), self._read)

    def drop(self, size: int) -> None:
        """The first ``size`` bytes are gone; no more than ``first`` gave."""
        self._given += size
        if self._memory:
            del self._memory[:size]
            return
        self._read += size
        self._remove_empty_file()

    def end(self) -> None:
        self.close()
        self.has_ended = True

    def close(self) -> None:
        """Forget what is left, and give back its space."""
        self._memory.clear()
        self._remove_file()

    def _remove_empty_file(self) -> None:
        if self._read == self._written:
            self._remove_file()

    def _remove_file(self) -> None:
        self._space.on_disk.discard(self)
        self._space.give_back(self._taken)
        self._taken = self._read = self._written = 0
        if self._file is not None:
            self._file.close()
            self._file = self._reservation = None
