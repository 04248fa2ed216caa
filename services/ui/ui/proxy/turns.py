"""Long bodies go to their service one after the other: at most as many at once as it has cores to read them with.

Only what lies here whole takes a turn, so a slow sender holds none. The turns are shared by all processes of the
gateway, and a process that dies gives its own back.
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
from ui.proxy.body import BLOCK_BYTES, Body

SHORT_BYTES = 256 * 1024  # what has no more keeps nobody waiting, and waits for nobody
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.02, 0.2
GZIP_MAGIC = b"\x1f\x8b"
KEYS = 2**32  # numbers from here on are those of idempotency keys


def bytes_to_read(body: Body, length: int, most: int) -> int:
    """How many bytes a service has to read at most: of what is compressed, nobody knows before."""
    if isinstance(body, bytes):
        start = body
    else:
        start = body.read(BLOCK_BYTES)
        body.seek(0)
    return most if GZIP_MAGIC in start else length


class Turns:
    """``slots`` bodies may be at the service at once. ``name`` is that of this gateway and the service."""

    def __init__(self, name: str, slots: int) -> None:
        path = Path(tempfile.gettempdir()) / f"stackroom-{name}-{os.getuid()}.turns"
        self._locks = RecordLocks(path)
        self._slots = range(slots)
        self._first_in_line = threading.Lock()

    @contextlib.contextmanager
    def one(self, key: str | None) -> Iterator[None]:
        """Wait for a turn, in the order of asking. A repeat of what is at the service waits for its end before that.

        So a client whose connection broke, and who sends again under the same ``key``, takes no second turn.
        """
        with self._held(_number_of(key)), self._slot():
            yield

    @contextlib.contextmanager
    def _slot(self) -> Iterator[None]:
        with self._first_in_line:
            slot = self._wait_for(self._slots)
        try:
            yield
        finally:
            self._locks.give_back(slot)

    @contextlib.contextmanager
    def _held(self, number: int | None) -> Iterator[None]:
        if number is None:
            yield
            return
        self._wait_for(range(number, number + 1))
        try:
            yield
        finally:
            self._locks.give_back(number)

    def _wait_for(self, numbers: range) -> int:
        """One of these, when it is free. Other greenlets go on meanwhile."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            for number in numbers:
                if self._locks.take(number):
                    return number
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


def _number_of(key: str | None) -> int | None:
    return KEYS + int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big") if key else None
