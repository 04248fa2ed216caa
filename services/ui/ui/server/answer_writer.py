"""Sends answers to a client. A slow reader costs a greenlet and room on the disk, and keeps no service waiting."""

import contextlib
import errno
import logging
import socket
import struct
from collections.abc import Callable
from typing import Any

from stackroom_kit.problems import DISK_LOW
from ui.server.client_limits import ClientLimits
from ui.server.spool import Spool, SpoolSpace

# Most that the kernel holds unsent: a small buffer shows soon how slowly a reader takes, and costs little memory.
UNSENT_BYTES = 512 * 1024
SOON_SECONDS = 0.005  # a reader that is not ready by then is a slow one
logger = logging.getLogger(__name__)


class AnswerWriter:
    """Over ``sock``, one of gevent's. What a slow reader has not taken lies in ``space``."""

    def __init__(self, sock: Any, limits: ClientLimits, space: SpoolSpace, clock: Callable[[], float]) -> None:
        self._socket, self._limits, self._space, self._clock = sock, limits, space, clock
        self._spool = Spool(space, clock)
        self._budget = limits.answer_budget()
        with contextlib.suppress(OSError):  # a Unix socket has no such option
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)

    def begin(self) -> None:
        """A new answer: its reader has all of its time."""
        self._budget = self._limits.answer_budget()

    @property
    def file_bytes(self) -> int:
        """What was kept on the disk since the reader last had everything."""
        return self._spool.file_bytes

    def check_room(self) -> None:
        """Problem 503 where no more answers may wait for room, and there is none that could be ended to make some."""
        if self._space.waiting.is_exhausted and not self._space.on_disk:
            detail = "The gateway's disk has no room for what slow readers have not taken yet."
            raise DISK_LOW(detail)

    def put(self, data: bytes) -> None:
        """Send it, or keep it until the reader is ready. TimeoutError for a reader that is too slow.

        ConnectionResetError for one that was ended to make room for others.
        """
        left = memoryview(data)
        if self._spool:
            self._send_kept(0.0)
        if not self._spool:
            left = self._sent_soon(left)
        while left and not self._spool.append(left):
            self._wait_for_the_reader()
            left = self._sent_soon(left)

    def flush(self) -> None:
        """Wait until the reader has taken all; the errors of ``put``."""
        self._check_end()
        while self._spool:
            if self._budget.left <= 0:
                raise TimeoutError
            self._send_kept(self._budget.left)

    def reset_on_close(self) -> None:
        """Closing then sends RST: a client of HTTP/1.0 would take a plain close for the end of the answer."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def close(self) -> None:
        self._spool.close()

    def _sent_soon(self, left: memoryview) -> memoryview:
        """What is left when the reader took what it was ready for, now and in the next few milliseconds."""
        left = left[self._send(left, 0.0) :]
        until = self._clock() + SOON_SECONDS if left else 0.0
        while left and (sent := self._send(left, max(0.0, until - self._clock()))):
            left = left[sent:]
        return left

    def _send_kept(self, seconds: float) -> None:
        """As much of what is kept as the reader takes, waiting so long for the first of it."""
        while (block := self._spool.first()) and (sent := self._send(block, seconds)):
            self._spool.drop(sent)
            seconds = 0.0

    def _send(self, data: bytes | memoryview, seconds: float) -> int:
        """Bytes that were taken; 0 where none were in this time."""
        self._check_end()  # bytes were dropped then: nothing may follow them
        try:
            sent = self._send_now(data)
        except BlockingIOError:
            sent = self._send_within(data, seconds) if seconds else 0
            self._check_end()
        self._budget.earn(sent)
        return sent

    def _send_now(self, data: bytes | memoryview) -> int:
        self._socket.settimeout(0.0)
        sent: int = self._socket.send(data)
        return sent

    def _send_within(self, data: bytes | memoryview, seconds: float) -> int:
        self._socket.settimeout(seconds)
        started = self._clock()
        try:
            sent: int = self._socket.send(data)
        except TimeoutError:
            sent = 0
        self._budget.spend(self._clock() - started)
        return sent

    def _check_end(self) -> None:
        if self._spool.has_ended:
            raise self._broken_off()

    def _broken_off(self) -> ConnectionResetError:
        logger.warning("an answer was broken off: the disk has no room for what its reader has not taken")
        self.reset_on_close()
        return ConnectionResetError(errno.ECONNRESET, "no room for the answer")

    def _wait_for_the_reader(self) -> None:
        """Without room the service has to wait as well; the answer is broken off where too many wait already."""
        if not self._space.waiting.acquire():
            raise self._broken_off()
        try:
            self.flush()
        finally:
            self._space.waiting.release()
