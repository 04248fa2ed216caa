"""The body of a media upload, passed on while it comes.

Every other body is taken whole before a service hears of it, so that a slow client holds none of its threads. A film of
ten gigabytes would then stand on the gateway's disk as well, and its sender would wait twice as long. So this one
route streams, to a process of its own (``importer-media``) whose many threads may wait for slow clients: neither
the importer's public API nor the worker API shares them. What is too slow or falls silent is cut off all the same.
"""

import time
from collections.abc import Iterator
from typing import IO, Any

from stackroom_kit.body_length import CountedBody
from ui.gateway.body import GRACE_SECONDS, announced_length, broken_body_is_a_problem, too_slow

BLOCK_BYTES = 64 * 1024
SLOWEST_BYTES_PER_SECOND = 16 * 1024


class StreamedBody:
    """It raises Problem 400 where the client breaks off, 408 where it is slower than the least pace."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self._stream = CountedBody(stream, length)
        self._started = time.monotonic()
        self._taken = 0

    def __iter__(self) -> Iterator[bytes]:
        while block := self._next():
            yield block

    def _next(self) -> bytes:
        with broken_body_is_a_problem():
            block = self._stream.read(BLOCK_BYTES)
        self._taken += len(block)
        if time.monotonic() - self._started > GRACE_SECONDS + self._taken / SLOWEST_BYTES_PER_SECOND:
            raise too_slow()
        return block

    def close(self) -> None:
        """Nothing of it is kept anywhere."""


def stream_body(environ: dict[str, Any], max_bytes: int) -> tuple[StreamedBody, int]:
    """The body of a write and its length; the problems of ``announced_length``."""
    length = announced_length(environ, max_bytes)
    return StreamedBody(environ["wsgi.input"], length), length
