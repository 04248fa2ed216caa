"""How the body of a request gets from the client to a service.

It is taken whole before a service hears of the request. So a slow client holds no thread of a service, and a body that
is cut short never reaches one. A film is the exception: it would lie on the gateway's disk as well, and its sender
would wait twice as long. It is passed on while it comes, to a process of its own (``importer-media``) whose many
threads may wait for slow clients, and which hears of it when the first block has come.
"""

import contextlib
from collections.abc import Callable, Iterator
from typing import IO, Any

from stackroom_kit.body_length import INCOMPLETE_BODY, LENGTH_REQUIRED, CountedBody, IncompleteBodyError
from stackroom_kit.disk_room import DiskRoom, SpoolFile
from stackroom_kit.guard import WRITING
from stackroom_kit.problems import TOO_LARGE, full_disk_is_a_problem
from ui.problems import BAD_CONTENT_LENGTH

BLOCK_BYTES = 256 * 1024
STREAMED_BLOCK_BYTES = 64 * 1024
GZIP_MAGIC = b"\x1f\x8b"
DISK = "The gateway's disk"

WholeBody = bytes | IO[bytes]


def announced_length(environ: dict[str, Any], max_bytes: int) -> int:
    """Bytes of the body to come; 411 for a body that is chunked or of unknown length, 413 above the limit.

    Without a length there is no body, so only a Content-Type shows that one was meant: ``curl -X POST`` sends neither.
    A DELETE has none in any case, whatever some clients say of its type.
    """
    length = environ.get("CONTENT_LENGTH") or ""
    is_meant = environ.get("CONTENT_TYPE") and environ["REQUEST_METHOD"] != "DELETE"
    if "HTTP_TRANSFER_ENCODING" in environ or (not length and is_meant):
        raise LENGTH_REQUIRED("Send Content-Length; chunked bodies are refused.")
    if not (length or "0").isascii() or not (length or "0").isdigit():
        raise BAD_CONTENT_LENGTH("Content-Length must be a whole number.")
    if int(length or "0") > max_bytes:
        raise TOO_LARGE(f"The body may have at most {max_bytes} bytes.")
    return int(length or "0")


def take_body(environ: dict[str, Any], max_bytes: int, room: DiskRoom) -> tuple[WholeBody | None, int]:
    """The whole body of a write and its length; None where the method has no body. It is read when it has room."""
    if environ["REQUEST_METHOD"] not in WRITING:
        return None, 0
    length = announced_length(environ, max_bytes)
    stream = CountedBody(environ["wsgi.input"], length)
    with broken_body_is_a_problem():
        return _read(stream, length, room), length


@contextlib.contextmanager
def broken_body_is_a_problem() -> Iterator[None]:
    """Problem 400 where the client breaks off. That it is too slow, the connection says itself."""
    try:
        yield
    except IncompleteBodyError:
        raise INCOMPLETE_BODY("The body is shorter than its Content-Length.") from None
    except ConnectionError:
        raise INCOMPLETE_BODY("The connection broke while the body was sent.") from None


def _read(stream: CountedBody, length: int, room: DiskRoom) -> WholeBody:
    if length <= BLOCK_BYTES:
        parts = []
        while part := stream.read(length):
            parts.append(part)
        return b"".join(parts)
    with full_disk_is_a_problem(DISK):
        file = SpoolFile(room, length)
        try:
            while block := stream.read(BLOCK_BYTES):
                file.write(block)
            file.begin_reading()
        except BaseException:
            file.close()
            raise
    return file


def bytes_to_read(body: WholeBody, length: int, most: int) -> int:
    """How many bytes a service has to read of it: ``most`` of what is compressed, since nobody knows before."""
    if isinstance(body, bytes):
        start = body
    else:
        start = body.read(BLOCK_BYTES)
        body.seek(0)
    return most if GZIP_MAGIC in start else length


class StreamedBody:
    """A body that is passed on while it comes. It raises Problem 400 where the client breaks off.

    ``check`` raises one where the client may not go on; it is asked before each block is passed on, the last one too.
    """

    def __init__(self, stream: IO[bytes], length: int, check: Callable[[], None]) -> None:
        self._stream, self._left, self._check = CountedBody(stream, length), length, check
        self._first = self._next()

    def __iter__(self) -> Iterator[bytes]:
        block, self._first = self._first, b""
        while block:
            yield block
            block = self._next()

    def _next(self) -> bytes:
        wanted = min(STREAMED_BLOCK_BYTES, self._left)
        with broken_body_is_a_problem():
            block = self._stream.read(wanted)
            if len(block) < wanted:  # the client hung up, so nobody else need hear of it
                raise IncompleteBodyError
        self._left -= len(block)
        self._check()
        return block

    def close(self) -> None:
        """Nothing of it is kept anywhere."""


def stream_body(environ: dict[str, Any], max_bytes: int, check: Callable[[], None]) -> tuple[StreamedBody, int]:
    """The body of a write, of which the beginning is there, and its length; the problems of ``announced_length``."""
    length = announced_length(environ, max_bytes)
    return StreamedBody(environ["wsgi.input"], length, check), length


Body = WholeBody | StreamedBody
