"""The body of a media upload, passed on while it comes.

Every other body is taken whole before a service hears of it, so that a slow client holds none of its threads. A film of
ten gigabytes would then stand on the gateway's disk as well, and its sender would wait twice as long. So this one
route streams, to a process of its own (``importer-media``) whose many threads may wait for slow clients: neither
the importer's public API nor the worker API shares them. It hears of an upload when the first block has come.
"""

from collections.abc import Iterator
from typing import IO, Any

from stackroom_kit.body_length import CountedBody, IncompleteBodyError
from ui.proxy.body import announced_length, broken_body_is_a_problem

BLOCK_BYTES = 64 * 1024


class StreamedBody:
    """It raises Problem 400 where the client breaks off."""

    def __init__(self, stream: IO[bytes], length: int) -> None:
        self._stream, self._left = CountedBody(stream, length), length
        self._first = self._next()

    def __iter__(self) -> Iterator[bytes]:
        block, self._first = self._first, b""
        while block:
            yield block
            block = self._next()

    def _next(self) -> bytes:
        wanted = min(BLOCK_BYTES, self._left)
        with broken_body_is_a_problem():
            block = self._stream.read(wanted)
            if len(block) < wanted:  # the client hung up, so nobody else need hear of it
                raise IncompleteBodyError
        self._left -= len(block)
        return block

    def close(self) -> None:
        """Nothing of it is kept anywhere."""


def stream_body(environ: dict[str, Any], max_bytes: int) -> tuple[StreamedBody, int]:
    """The body of a write, of which the beginning is there, and its length; the problems of ``announced_length``."""
    length = announced_length(environ, max_bytes)
    return StreamedBody(environ["wsgi.input"], length), length
