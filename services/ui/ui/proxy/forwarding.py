"""One request to a service: its body, and when the service may have it."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any, NamedTuple

from stackroom_kit.disk_room import DiskRoom
from ui.access.current import ask_again, current_actor, require_no_less
from ui.problems import TOO_MANY_BODIES
from ui.proxy.answer import ServiceRequest, StartResponse, pass_on
from ui.proxy.body import Body, StreamedBody, bytes_to_read, stream_body, take_body
from ui.proxy.headers import request_headers, sign_on_cookie
from ui.proxy.routes import IDENTITY, Bodies, bodies_of, no_such_call
from ui.proxy.turns import SHORT_BYTES, Turns
from ui.proxy.upstream import Upstream

UPLOAD_WAIT_SECONDS = 5.0  # for a place among the uploads


class BodyLimits(NamedTuple):
    """Most bytes of a body: of JSON that is held in memory, of a batch, of a media file."""

    json: int
    body: int
    media: int


class Forwarder:
    """``uploads`` bodies at most are passed on while they come: each of them keeps a connection to its service."""

    def __init__(
        self, upstreams: Mapping[str, Upstream], limits: BodyLimits, room: DiskRoom, uploads: int, turns: Turns
    ) -> None:
        self._upstreams, self._limits, self._room = upstreams, limits, room
        self._uploads, self._turns = threading.Semaphore(uploads), turns

    def answer(
        self, service: str, path: str, query: str, environ: dict[str, Any], start_response: StartResponse
    ) -> Iterable[bytes]:
        """``path`` and ``query`` go on as they came."""
        if service not in self._upstreams:  # identity, where nobody signs in
            raise no_such_call()
        upstream, method = self._upstreams[service], environ["REQUEST_METHOD"]
        bodies = bodies_of(method, path)
        body, length = self._body(bodies, environ)
        headers = request_headers(environ, environ["HTTP_X_REQUEST_ID"])
        if service == IDENTITY:  # which makes cookies, and shows people where they are signed in
            headers["User-Agent"] = environ.get("HTTP_USER_AGENT", "")
            headers["X-Forwarded-Proto"] = environ["wsgi.url_scheme"]
            headers |= sign_on_cookie(environ)
        if body is not None:
            headers["Content-Length"] = str(length)
        target = f"{path}?{query}" if query else path
        try:
            with self._admitted(bodies, headers, body, length) as size:
                if body is not None:
                    ask_again(environ)
                answer = upstream.send(method, target, headers, body, size=size)
        finally:
            if body is not None and not isinstance(body, bytes):
                body.close()
        return pass_on(
            answer,
            ServiceRequest(upstream, method, target, headers, partial(ask_again, environ)),
            environ,
            start_response,
        )

    @contextmanager
    def _admitted(self, bodies: Bodies, headers: Mapping[str, str], body: Body | None, length: int) -> Iterator[int]:
        """Wait until the service may have the body; gives how many bytes it has to read.

        Problem 503 where uploads hold all connections that they may have; the others are for everybody else.
        """
        if not isinstance(body, StreamedBody):
            most = self._limits.body
            size = most if bodies.is_slow else bytes_to_read(body or b"", length, most)
            with self._turns.held(headers.get("Idempotency-Key")) if size > SHORT_BYTES else nullcontext():
                yield size
        elif self._uploads.acquire(timeout=UPLOAD_WAIT_SECONDS):
            try:
                yield 0
            finally:
                self._uploads.release()
        else:
            raise TOO_MANY_BODIES("Too many uploads are on their way at once.")

    def _body(self, bodies: Bodies, environ: dict[str, Any]) -> tuple[Body | None, int]:
        if bodies.is_media:
            return stream_body(environ, self._limits.media, partial(require_no_less, environ, current_actor()))
        return take_body(environ, self._limits.body if bodies.is_long else self._limits.json, self._room)
