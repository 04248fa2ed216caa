"""Calls that keep a core busy take turns: those with a long body, and retries and undos. So many at once as cores.

Only a body that lies here whole takes a turn, so a slow sender keeps nobody waiting. All processes of the gateway share
the turns, and a process that dies gives its own back.
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

SHORT_BYTES = 256 * 1024  # a body that is no longer needs no turn
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.02, 0.2
FIRST_KEY = 2**32  # locks from here on are those of idempotency keys


class Turns:
    """At most ``most`` turns at once, for all processes of the gateway ``name`` on this machine."""

    def __init__(self, name: str, most: int) -> None:
        path = Path(tempfile.gettempdir()) / f"stackroom-{name}-{os.getuid()}.slots"
        self._locks = RecordLocks(path)
        self._turns = range(most)
        self._first_in_line = threading.Lock()

    @contextlib.contextmanager
    def held(self, key: str | None) -> Iterator[None]:
        """Wait for a turn, in the order of asking, and have it until the end of the block.

        A second body under the same ``key`` first waits for the end of the one before. So a client whose connection
        broke, and who sends again, takes no second turn.
        """
        with self._key_held(key), self._turn_held():
            yield

    @contextlib.contextmanager
    def _turn_held(self) -> Iterator[None]:
        with self._first_in_line:
            turn = self._wait_for(self._turns)
        try:
            yield
        finally:
            self._locks.give_back(turn)

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
