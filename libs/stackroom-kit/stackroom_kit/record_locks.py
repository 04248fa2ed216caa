"""Numbers of which each is held by one process of this host at a time, and freed when that ends, however it ends."""

import fcntl
import os
from functools import cached_property
from pathlib import Path


class RecordLocks:
    """A number is a byte of the file at ``path``, locked by this process. Children do not inherit locks.

    The kernel keeps other processes out, but not this one, so what this object holds is noted too. One object for a
    file: closing another descriptor of it would free its locks.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: set[int] = set()

    @cached_property
    def descriptor(self) -> int:
        return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def take(self, number: int) -> bool:
        """False where somebody holds it. It waits for nobody. OSError."""
        if number in self._held:
            return False
        try:
            fcntl.lockf(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except (BlockingIOError, PermissionError):  # systems differ in which of the two it is
            return False
        self._held.add(number)
        return True

    def give_back(self, number: int) -> None:
        fcntl.lockf(self.descriptor, fcntl.LOCK_UN, 1, number)
        self._held.discard(number)
