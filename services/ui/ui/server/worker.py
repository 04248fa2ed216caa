"""gunicorn's gevent worker with some changes.

Waits for clients are bounded, as are connections, and slow readers keep no service waiting. Its own refusals are
problems too, and an answer before the end of a body gets through.
"""

import contextlib
from http import HTTPStatus
from typing import Any

from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.ggevent import GeventWorker

from stackroom_kit.disk_room import temporary_room
from stackroom_kit.problems import CONTENT_TYPE, Problem
from stackroom_kit.request_id import HEADER, accepted_or_new
from stackroom_kit.settings import read_settings
from ui.process import Limiter, is_stopping, note_stop
from ui.server.client_connection import ClientConnection
from ui.server.client_limits import ClientLimits
from ui.server.refusals import refusal, too_many_connections
from ui.server.spool import SpoolSpace
from ui.settings import Settings

REFUSED_AT_ONCE = 64  # connections above the limit that still get an answer before they are closed
LINGER_SECONDS = 5.0
REFUSED_LINGER_SECONDS = 1.0


class GatewayWorker(GeventWorker):  # type: ignore[misc]
    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        settings = read_settings(Settings)
        self._open: set[ClientConnection] = set()
        self._connections = Limiter(self.worker_connections - REFUSED_AT_ONCE)
        self._bodies = Limiter(settings.client_bodies)
        room = temporary_room(
            2 * settings.min_free_bytes
        )  # so that a body finds some even where answers took all theirs
        self._space = SpoolSpace(room, settings.answer_spool_bytes)
        self._limits = ClientLimits(
            settings.client_silence_seconds, settings.client_grace_seconds, settings.client_bytes_per_second
        )

    def handle_exit(self, sig: Any, frame: Any) -> None:
        """Event streams and idle connections end as well, instead of holding the process until it is killed."""
        note_stop()
        super().handle_exit(sig, frame)
        for connection in tuple(self._open):
            connection.end_if_idle()

    def timeout_ctx(self) -> contextlib.AbstractContextManager[None]:
        """The connection itself bounds the time of a head."""
        return contextlib.nullcontext()

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        connection = ClientConnection(client, self._limits, self._bodies, self._space)
        if not self._connections.acquire():
            _refuse(connection, too_many_connections())
            return
        self._open.add(connection)
        try:
            AsyncWorker.handle(self, listener, connection, addr)
        finally:
            self._open.remove(connection)
            connection.end_request()
            self._connections.release()

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        sock.begin_request(req)
        try:
            return self._answered(listener_name, req, sock, addr)
        except TimeoutError:
            self.log.debug("A client took its answer too slowly")
            sock.writer.reset_on_close()
            raise StopIteration from None
        finally:
            sock.end_request()
            if is_stopping():  # its answer had gone out before, which does not say that this is the end
                sock.end_if_idle()

    def _answered(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        """TimeoutError for a client that does not take the whole answer. StopIteration ends the connection."""
        try:
            result = super().handle_request(listener_name, req, sock, addr)
        except StopIteration:
            sock.writer.flush()
            if _has_unread_body(req):
                with contextlib.suppress(OSError):
                    sock.linger(LINGER_SECONDS)
            raise
        sock.writer.flush()
        return result

    def handle_error(self, _req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        problem = refusal(exc)
        if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            self.log.error("Error outside of the application", exc_info=exc)
        else:
            self.log.info("Refused a request of %s: %s", addr[0] if addr else "-", type(exc).__name__)
        with contextlib.suppress(OSError):
            client.sendall(_encoded(problem))
            client.writer.flush()
            client.linger(LINGER_SECONDS)


def _refuse(connection: ClientConnection, problem: Problem) -> None:
    with contextlib.suppress(OSError):
        connection.sendall(_encoded(problem))
        connection.linger(REFUSED_LINGER_SECONDS)
    connection.close()


def _encoded(problem: Problem) -> bytes:
    body = problem.encode("")
    lines = [
        f"HTTP/1.1 {problem.status} {problem.body('')['title']}",
        "Connection: close",
        f"Content-Type: {CONTENT_TYPE}",
        f"Content-Length: {len(body)}",
        "Cache-Control: no-store",
        "X-Content-Type-Options: nosniff",
        f"{HEADER}: {accepted_or_new(None)}",
        *(f"{name}: {value}" for name, value in problem.headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def _has_unread_body(req: Any) -> bool:
    """Whether the client still sends: of a body without a length, nobody knows before its last chunk."""
    reader = req.body.reader
    left: int | None = getattr(reader, "length", None)
    return left > 0 if left is not None else getattr(reader, "parser", None) is not None
