"""The client's body is taken whole before a service hears of the request.

So a slow client holds no thread of a service, and a body that is cut short never reaches one.
"""

import contextlib
from collections.abc import Iterator
from typing import IO, Any

from stackroom_kit.body_length import CountedBody, IncompleteBodyError
from stackroom_kit.disk_room import DiskRoom, SpoolFile
from stackroom_kit.full_disk import full_disk_is_a_problem
from stackroom_kit.guard import WRITING
from stackroom_kit.problems import Problem, bad_request, too_large

BLOCK_BYTES = 256 * 1024
DISK = "The gateway's disk"
BODY_PROBLEMS = {
    400: ("bad_content_length", "incomplete_body"),
    411: ("length_required",),
    413: ("too_large",),
    503: ("disk_low",),
}

Body = bytes | IO[bytes]


def announced_length(environ: dict[str, Any], max_bytes: int) -> int:
    """Bytes of the body to come; 411 for a body that is chunked or of unknown length, 413 above the limit.

    Without a length there is no body, so only a Content-Type shows that one was meant: ``curl -X POST`` sends neither.
    A DELETE has none in any case, whatever some clients say of its type.
    """
    length = environ.get("CONTENT_LENGTH") or ""
    is_meant = environ.get("CONTENT_TYPE") and environ["REQUEST_METHOD"] != "DELETE"
    if "HTTP_TRANSFER_ENCODING" in environ or (not length and is_meant):
        raise Problem(411, "length_required", "Send Content-Length; chunked bodies are refused.")
    if not (length or "0").isascii() or not (length or "0").isdigit():
        raise bad_request("Content-Length must be a whole number.", code="bad_content_length")
    if int(length or "0") > max_bytes:
        raise too_large(f"The body may have at most {max_bytes} bytes.")
    return int(length or "0")


def take_body(environ: dict[str, Any], max_bytes: int, room: DiskRoom) -> tuple[Body | None, int]:
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
        raise bad_request("The body is shorter than its Content-Length.", code="incomplete_body") from None
    except ConnectionError:
        raise bad_request("The connection broke while the body was sent.", code="incomplete_body") from None


def _read(stream: CountedBody, length: int, room: DiskRoom) -> Body:
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
