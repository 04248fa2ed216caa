"""Slots for calls that keep a core busy: a long body, or a retry or undo of a batch. There are as many as cores.

Only a body that lies here whole takes one, so a slow sender holds none. All processes of the gateway share the slots,
and a process that dies gives its own back.
"""

import contextlib
import hashlib
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from stackroom_kit.record_locks import RecordLocks

SHORT_BYTES = 256 * 1024  # a body that is no longer needs no slot
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.02, 0.2
FIRST_KEY = 2**32  # locks from here on are those of idempotency keys


class IntakeSlots:
    """``slots`` of them, for all gateways of this ``name`` on this machine."""

    def __init__(self, name: str, slots: int) -> None:
        path = Path(tempfile.gettempdir()) / f"stackroom-{name}-{os.getuid()}.slots"
        self._locks = RecordLocks(path)
        self._slots = range(slots)
        self._first_in_line = threading.Lock()

    @contextlib.contextmanager
    def held(self, key: str | None) -> Iterator[None]:
        """Wait for a slot, in the order of asking, and hold it.

        A second body under the same ``key`` first waits for the end of the one before. So a client whose connection
        broke, and who sends again, takes no second slot.
        """
        with self._key_held(key), self._slot_held():
            yield

    @contextlib.contextmanager
    def _slot_held(self) -> Iterator[None]:
        with self._first_in_line:
            slot = self._wait_for(self._slots)
        try:
            yield
        finally:
            self._locks.give_back(slot)

    @contextlib.contextmanager
    def _key_held(self, key: str | None) -> Iterator[None]:
        if not key:
            yield
            return
        number = FIRST_KEY + int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big")
        self._wait_for(range(number, number + 1))
        try:
            yield
        finally:
            self._locks.give_back(number)

    def _wait_for(self, numbers: range) -> int:
        """The first of these locks that is free. Other greenlets go on meanwhile."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            for number in numbers:
                if self._locks.take(number):
                    return number
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
