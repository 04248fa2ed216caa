"""The connection of a client as gunicorn sees it. Every wait for the client has an end: in head, body and answer."""

import contextlib
import socket
import time
from collections.abc import Callable
from typing import Any

from gunicorn.http.errors import NoMoreData

from stackroom_kit.problems import Problem
from ui.problems import BODY_TOO_SLOW, TOO_MANY_BODIES
from ui.process import Limiter
from ui.server.answer_writer import AnswerWriter
from ui.server.client_limits import ClientLimits
from ui.server.spool import SpoolSpace

LINGER_SILENCE_SECONDS = 1.0
LINGER_BYTES = 1024 * 1024
BLOCK_BYTES = 256 * 1024  # of a file that is sent


class HeadTooSlowError(Exception):
    """The head of a request did not come whole in time."""


class ClientConnection:
    """Has the methods that gunicorn calls of a socket; ``sock`` is one of gevent's.

    ``bodies`` limits the bodies that have to be waited for; what a slow reader has not taken lies in ``space``.
    """

    def __init__(
        self,
        sock: Any,
        limits: ClientLimits,
        bodies: Limiter,
        space: SpoolSpace,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._socket, self._limits, self._bodies, self._clock = sock, limits, bodies, clock
        self._is_counted = False
        self._request: Any = None
        self._head_until: float | None = None
        self._body_budget = limits.body_budget()
        self.writer = AnswerWriter(sock, limits, space, clock)

    def begin_request(self, request: Any) -> None:
        """The head of ``request`` is read: what comes now is its body."""
        self._request = request
        self._body_budget = self._limits.body_budget()
        self.writer.begin()

    def end_request(self) -> None:
        """What comes now is the next head."""
        self._request = self._head_until = None
        self.writer.close()
        if self._is_counted:
            self._is_counted = False
            self._bodies.release()

    def recv(self, size: int) -> bytes:
        return self._recv_head(size) if self._request is None else self._recv_body(size)

    def _recv_head(self, size: int) -> bytes:
        """NoMoreData for a client that says nothing, HeadTooSlowError for one that does not come to an end."""
        silence, until = self._limits.silence, self._head_until
        try:
            data = self._recv_within(size, silence if until is None else until - self._clock())
        except TimeoutError:
            raise NoMoreData if until is None else HeadTooSlowError from None
        if until is None:
            self._head_until = self._clock() + silence
        return data

    def _recv_body(self, size: int) -> bytes:
        try:
            data = self._recv_now(size)
        except BlockingIOError:
            data = self._await_body(size)
        self._body_budget.earn(len(data))
        return data

    def _await_body(self, size: int) -> bytes:
        if not self._is_counted:
            self._is_counted = self._bodies.acquire()
        if not self._is_counted:
            raise self._last(TOO_MANY_BODIES("Too many bodies are on their way at once."))
        started = self._clock()
        try:
            return self._recv_within(size, min(self._limits.silence, self._body_budget.left))
        except TimeoutError:
            raise self._last(BODY_TOO_SLOW("The body arrives too slowly.")) from None
        finally:
            self._body_budget.spend(self._clock() - started)

    def _last(self, problem: Problem) -> Problem:
        """Where the next request begins is unknown, so this is the last one of the connection."""
        self._request.force_close()
        return problem

    def _recv_now(self, size: int) -> bytes:
        self._socket.settimeout(0.0)
        data: bytes = self._socket.recv(size)
        return data

    def _recv_within(self, size: int, seconds: float) -> bytes:
        if seconds <= 0:
            raise TimeoutError
        self._socket.settimeout(seconds)
        data: bytes = self._socket.recv(size)
        return data

    def sendall(self, data: bytes, _flags: int = 0) -> None:
        """TimeoutError where the client takes what was sent before too slowly."""
        self.writer.put(data)

    def send(self, data: bytes, _flags: int = 0) -> int:
        self.writer.put(data)
        return len(data)

    def sendfile(self, file: Any, offset: int, count: int) -> None:
        """``count`` bytes of a file, as gunicorn asks for it."""
        file.seek(offset)
        while count and (block := file.read(min(count, BLOCK_BYTES))):
            self.sendall(block)
            count -= len(block)

    def linger(self, seconds: float) -> None:
        """Read on for a moment: closing with unread bytes would reset the connection and lose the answer."""
        self._socket.shutdown(socket.SHUT_WR)
        self._socket.settimeout(LINGER_SILENCE_SECONDS)
        left, until = LINGER_BYTES, self._clock() + seconds
        while left > 0 and self._clock() < until and (data := self._socket.recv(65536)):
            left -= len(data)

    def end_if_idle(self) -> None:
        """Where nothing is asked, only what has come already is read: a client may keep such a connection for long.

        By another descriptor: shutdown() of gevent raises an error in who waits for the same socket.
        """
        if self._request is None and self._head_until is None:
            with contextlib.suppress(OSError), self._socket.dup() as same:  # else its silence ends it
                same.shutdown(socket.SHUT_RD)

    def fileno(self) -> int:
        number: int = self._socket.fileno()
        return number

    def close(self) -> None:
        self._socket.close()
