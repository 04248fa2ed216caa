"""One request to a service and its answer back."""

import errno
import logging
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from http import HTTPStatus
from typing import Any, NamedTuple

from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from stackroom_kit.disk_room import DiskRoom
from stackroom_kit.problems import Problem, unavailable
from ui.proxy.body import Body, take_body
from ui.proxy.headers import request_headers, response_headers
from ui.proxy.routes import MEDIA, Bodies, bodies_of
from ui.proxy.streamed_body import StreamedBody, stream_body
from ui.proxy.turns import SHORT_BYTES, Turns, bytes_to_read
from ui.proxy.upstream import Upstream, end_answer

WHOLE_BYTES = 256 * 1024  # an answer up to here is read whole, so a service that dies in it is still a 502
BLOCK_BYTES = 64 * 1024
MEDIA_SPOOL_BYTES = 16 * 1024 * 1024
UPLOAD_WAIT_SECONDS = 5.0  # for a place among the uploads
StartResponse = Any
logger = logging.getLogger(__name__)
_NEVER_PASSED = range(300, 400), range(100, 200)
_STATUS_LINES = {
    status.value: f"{status.value} {status.phrase}"
    for status in HTTPStatus
    if status is HTTPStatus.NOT_MODIFIED or not any(status in codes for codes in _NEVER_PASSED)
}
_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class BodyLimits(NamedTuple):
    """Most bytes of a body: of JSON that is held in memory, of a batch, of a media file."""

    json: int
    body: int
    media: int


class Proxy:
    """``uploads``: bodies that are passed on while they come, each of which keeps a connection to its service."""

    def __init__(
        self, upstreams: Mapping[str, Upstream], limits: BodyLimits, room: DiskRoom, uploads: int, turns: Turns
    ) -> None:
        self._upstreams, self._limits, self._room = upstreams, limits, room
        self._uploads, self._turns = threading.Semaphore(uploads), turns

    def answer(
        self, service: str, path: str, query: str, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """``path`` and ``query`` go on as they came."""
        upstream, method = self._upstreams[service], environ["REQUEST_METHOD"]
        request_id = environ["HTTP_X_REQUEST_ID"]
        bodies = bodies_of(method, path)
        body, length = self._body(bodies, environ)
        headers = request_headers(environ, request_id)
        if body is not None:
            headers["Content-Length"] = str(length)
        target = f"{path}?{query}" if query else path
        try:
            with self._admitted(bodies, headers, body, length) as size:
                answer = upstream.send(method, target, headers, body, size=size)
        finally:
            if body is not None and not isinstance(body, bytes):
                body.close()
        if service == MEDIA:
            _keep_little(environ)
        return _passed_on(answer, upstream, method, environ, start_response, request_id)

    @contextmanager
    def _admitted(
        self, bodies: Bodies, headers: Mapping[str, str], body: Body | StreamedBody | None, length: int
    ) -> Iterator[int]:
        """When the service may be asked, how many bytes it has to read.

        Problem 503 where uploads hold what they may have: the other connections are for whoever else calls.
        """
        if not isinstance(body, StreamedBody):
            most = self._limits.body
            size = most if bodies.is_slow else bytes_to_read(body or b"", length, most)
            waits = bodies.takes_turns and size > SHORT_BYTES
            with self._turns.one(headers.get("Idempotency-Key")) if waits else nullcontext():
                yield size
        elif self._uploads.acquire(timeout=UPLOAD_WAIT_SECONDS):
            try:
                yield 0
            finally:
                self._uploads.release()
        else:
            raise unavailable("Too many uploads are on their way at once.", code="too_many_bodies")

    def _body(self, bodies: Bodies, environ: dict[str, Any]) -> tuple[Body | StreamedBody | None, int]:
        if bodies.is_media:
            return stream_body(environ, self._limits.media)
        return take_body(environ, self._limits.body if bodies.is_long else self._limits.json, self._room)


def _passed_on(
    answer: BaseHTTPResponse,
    upstream: Upstream,
    method: str,
    environ: dict[str, Any],
    start_response: StartResponse,
    request_id: str,
) -> Iterable[bytes]:
    try:
        headers = response_headers(answer.headers.items(), request_id, upstream.name)
        line = _status_line(answer.status, upstream.name)
        whole = _read_whole(answer, upstream, method)
        if whole is None:
            _check_room(environ)
    except BaseException:
        end_answer(answer)
        raise
    start_response(line, headers)
    return [whole] if whole is not None else _streamed(answer, upstream, environ)


def _check_room(environ: dict[str, Any]) -> None:
    """Problem 503 where the disk has no room for what a slow reader would leave."""
    client = environ.get("gunicorn.socket")
    if client is not None:
        client.answer.check_room()


def _keep_little(environ: dict[str, Any]) -> None:
    """Of a film: it may be longer than the disk, and players read no further ahead than they must."""
    client = environ.get("gunicorn.socket")
    if client is not None:
        client.answer.keep_at_most(MEDIA_SPOOL_BYTES)


def _status_line(status: int, upstream: str) -> str:
    """A service never redirects here, so a redirect that it sends is a fault, not an advice to the client."""
    if status not in _STATUS_LINES:
        raise Problem(502, "bad_upstream_answer", f"The {upstream} answered with the status {status}.")
    return _STATUS_LINES[status]


def _read_whole(answer: BaseHTTPResponse, upstream: Upstream, method: str) -> bytes | None:
    """The body where it is short, None where it must be streamed. The connection goes back to the pool."""
    length = answer.headers.get("Content-Length", "")
    is_empty = method == "HEAD" or answer.status in _WITHOUT_BODY
    if not is_empty and not (length.isdigit() and int(length) <= WHOLE_BYTES):
        return None
    try:
        return answer.read(decode_content=False)
    except (HTTPError, OSError) as error:
        raise upstream.died(error) from error


def _streamed(answer: BaseHTTPResponse, upstream: Upstream, environ: dict[str, Any]) -> Iterator[bytes]:
    """Blocks as they come. An answer that breaks off breaks the client's connection: it must not look whole."""
    try:
        yield from answer.stream(BLOCK_BYTES, decode_content=False)
    except (HTTPError, OSError) as error:
        logger.warning("the %s died in the middle of an answer: %s", upstream.name, type(error).__name__)
        if (client := environ.get("gunicorn.socket")) is not None:
            client.answer.reset_on_close()
        raise ConnectionResetError(errno.ECONNRESET, "the answer broke off") from error
    finally:
        end_answer(answer)
