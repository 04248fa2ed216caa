"""What a slow reader has not taken yet: first in memory, then in a file, so that no service waits for the reader."""

import errno
import os
import tempfile
from typing import IO

from stackroom_kit.disk_room import DiskRoom, Reservation
from stackroom_kit.full_disk import FULL
from ui.places import Places

MEMORY_BYTES = 256 * 1024
BLOCK_BYTES = 128 * 1024
WAITING = 2  # answers that may keep a service waiting because the disk has no room for them


class SpoolSpace:
    """The space that the answers of one process share: ``most`` bytes, and no more than ``room`` has.

    ``waiting``: places for answers that found none.
    """

    def __init__(self, room: DiskRoom, most: int) -> None:
        self.room = room
        self.waiting = Places(WAITING)
        self._left = most

    def take(self, size: int) -> None:
        """OSError ENOSPC where so much is not left."""
        if size > self._left:
            raise OSError(errno.ENOSPC, "answers to slow readers take all that they may")
        self._left -= size

    def give_back(self, size: int) -> None:
        self._left += size


class Spool:
    """Bytes that come out in the order in which they went in. Its length is what is still in it."""

    def __init__(self, space: SpoolSpace) -> None:
        self._space = space
        self._memory = bytearray()
        self._file: IO[bytes] | None = None
        self._reservation: Reservation | None = None
        self._taken = self._read = self._written = 0

    def __len__(self) -> int:
        return len(self._memory) + self._written - self._read

    def append(self, data: memoryview, most: int) -> bool:
        """False where no room is left for it, or its file would be longer than ``most``."""
        is_short = not self._memory or len(self._memory) + len(data) <= MEMORY_BYTES
        if is_short and self._written == self._read:
            self._memory += data
            return True
        if self._written == self._read:
            self._read = self._written = 0
        if self._written + len(data) > most:
            return False
        try:
            self._write(data)
        except OSError as error:
            if error.errno not in FULL:
                raise
            return False
        return True

    def _write(self, data: memoryview) -> None:
        """OSError where there is no room; then nothing of it is kept."""
        end = self._written + len(data)
        descriptor, reservation = self._opened()
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
        if self._memory:
            del self._memory[:size]
        else:
            self._read += size

    def close(self) -> None:
        """Forget what is left, and give back its space."""
        self._memory.clear()
        self._space.give_back(self._taken)
        self._taken = self._read = self._written = 0
        if self._file is not None:
            self._file.close()
            self._file = self._reservation = None
