"""The answer of a service on its way to the client."""

import dataclasses
import errno
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from stackroom_kit.actor import ACTOR_REFUSED
from stackroom_kit.problems import Problem
from ui.problems import BAD_UPSTREAM_ANSWER
from ui.proxy.headers import response_headers
from ui.proxy.routes import IDENTITY
from ui.proxy.upstream import Upstream, end_answer

WHOLE_BYTES = 256 * 1024  # an answer up to here is read whole, so a service that dies in it is still a 502
BLOCK_BYTES = 64 * 1024
FETCHED_BYTES = 16 * 1024 * 1024  # ahead of a slow reader, of a file that is served in ranges
StartResponse = Any
logger = logging.getLogger(__name__)
_NEVER_PASSED = range(300, 400), range(100, 200)
_STATUS_LINES = {
    status.value: f"{status.value} {status.phrase}"
    for status in HTTPStatus
    if status is HTTPStatus.NOT_MODIFIED or not any(status in codes for codes in _NEVER_PASSED)
}
_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
# That a service does not believe the gateway is no fault of the client, whom it would make sign in again and again.
_REFUSED_ACTOR = f"urn:stackroom:problem:{ACTOR_REFUSED.code}".encode()
_CONTENT_RANGE = re.compile(r"bytes ([0-9]+)-([0-9]+)/([0-9]+)", re.ASCII)


class ServiceRequest(NamedTuple):
    """A request as a service got it. ``ask_again`` finds out who calls now, for the rest of a long answer."""

    upstream: Upstream
    method: str
    target: str
    headers: Mapping[str, str]
    ask_again: Callable[[], None]


@dataclasses.dataclass
class RemainingRange:
    """The bytes ``first`` to ``last`` of ``total``, which can be fetched while the file has this ETag."""

    etag: str
    first: int
    last: int
    total: int

    @property
    def headers(self) -> dict[str, str]:
        return {"Range": f"bytes={self.first}-{self.last}", "If-Range": self.etag}

    def is_begun_by(self, answer: BaseHTTPResponse) -> bool:
        is_range = answer.headers.get("Content-Range") == f"bytes {self.first}-{self.last}/{self.total}"
        return answer.status == HTTPStatus.PARTIAL_CONTENT and is_range and answer.headers.get("ETag") == self.etag


def remaining_range(answer: BaseHTTPResponse) -> RemainingRange | None:
    """None where the service does not say that it serves this file in ranges."""
    etag, length = answer.headers.get("ETag", ""), answer.headers.get("Content-Length", "")
    if answer.headers.get("Accept-Ranges") != "bytes" or not etag.startswith('"') or not length.isdigit():
        return None
    if answer.status == HTTPStatus.OK:
        return RemainingRange(etag, 0, int(length) - 1, int(length))
    found = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    return RemainingRange(etag, *map(int, found.groups())) if found else None


def pass_on(
    answer: BaseHTTPResponse, request: ServiceRequest, environ: dict[str, Any], start_response: StartResponse
) -> Iterable[bytes]:
    """Problem 502 or 504 for an answer that cannot be passed on, 503 where there is no room for a long one."""
    client = environ.get("gunicorn.socket")
    try:
        headers = response_headers(answer.headers.items(), environ["HTTP_X_REQUEST_ID"], request.upstream.name)
        line = _status_line(answer.status, request.upstream.name)
        whole = _read_whole(answer, request)
        if whole is None and client is not None:
            client.writer.check_room()
    except BaseException:
        end_answer(answer)
        raise
    start_response(line, headers)
    return [whole] if whole is not None else StreamedAnswer(answer, request, client and client.writer)


def _status_line(status: int, upstream: str) -> str:
    """Identity alone redirects, to the provider and back; a redirect of another service is a fault."""
    if status == HTTPStatus.SEE_OTHER and upstream == IDENTITY:
        return f"{status} {HTTPStatus.SEE_OTHER.phrase}"
    if status not in _STATUS_LINES:
        raise BAD_UPSTREAM_ANSWER(f"The {upstream} answered with the status {status}.")
    return _STATUS_LINES[status]


def _read_whole(answer: BaseHTTPResponse, request: ServiceRequest) -> bytes | None:
    """The body where it is short, None where it must be streamed. The connection goes back to the pool."""
    length = answer.headers.get("Content-Length", "")
    is_empty = request.method == "HEAD" or answer.status in _WITHOUT_BODY
    if not is_empty and not (length.isdigit() and int(length) <= WHOLE_BYTES):
        return None
    try:
        whole = answer.read(decode_content=False)
    except (HTTPError, OSError) as error:
        raise request.upstream.died(error) from error
    if answer.status == HTTPStatus.UNAUTHORIZED and _REFUSED_ACTOR in whole:
        raise BAD_UPSTREAM_ANSWER(f"The {request.upstream.name} does not believe the gateway; see ACTOR_KEY.")
    return whole


class StreamedAnswer:
    """Blocks as they come. One that breaks off breaks the client's connection: it must not look whole.

    A file that is served in ranges is fetched as the reader takes it. So a slow reader of a film needs little room on
    the disk, and holds neither a connection nor a thread of the service.
    """

    def __init__(self, answer: BaseHTTPResponse, request: ServiceRequest, writer: Any) -> None:
        self._request, self._writer = request, writer
        self._remaining = remaining_range(answer) if writer is not None else None
        self._begin(answer)

    def _begin(self, answer: BaseHTTPResponse) -> None:
        self._answer = answer
        self._blocks: Iterator[bytes] = answer.stream(BLOCK_BYTES, decode_content=False)

    def __iter__(self) -> Iterator[bytes]:
        while block := self._next():
            yield block
            rest = self._remaining
            if rest is not None and rest.first <= rest.last and self._writer.file_bytes >= FETCHED_BYTES:
                self._go_on_when_taken(rest)

    def _next(self) -> bytes:
        try:
            block = next(self._blocks, b"")
        except (HTTPError, OSError) as error:
            raise self._broken_off(type(error).__name__) from error
        if self._remaining is not None:
            self._remaining.first += len(block)
        return block

    def _go_on_when_taken(self, rest: RemainingRange) -> None:
        self.close()
        self._writer.flush()
        upstream, method, target, headers, ask_again = self._request
        try:
            ask_again()
            self._begin(upstream.send(method, target, {**headers, **rest.headers}, None))
        except Problem as problem:
            raise self._broken_off(problem.code) from problem
        if not rest.is_begun_by(self._answer):
            raise self._broken_off("another file")

    def _broken_off(self, why: str) -> ConnectionResetError:
        logger.warning("the %s broke off in the middle of an answer: %s", self._request.upstream.name, why)
        if self._writer is not None:
            self._writer.reset_on_close()
        return ConnectionResetError(errno.ECONNRESET, "the answer broke off")

    def close(self) -> None:
        """As a WSGI server calls it, however the answer ends."""
        end_answer(self._answer)
