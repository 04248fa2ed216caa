"""Locks by number: one process of this host holds a number at a time, and any end of it frees the number."""

import fcntl
import os
from functools import cached_property
from pathlib import Path


class RecordLocks:
    """A number is a byte of the file at ``path``, locked by this process. Children do not inherit locks.

    The kernel's locks keep out other processes, but not this one, so this object notes what it holds. Make one object
    for a file: closing another descriptor of the file would free its locks.
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
