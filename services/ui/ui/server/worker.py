"""gunicorn's gevent worker with three changes.

Silence is bounded, its own refusals are problems too, and an answer before the end of a body gets through.
"""

import contextlib
import socket
import time
from http import HTTPStatus
from typing import Any

from gunicorn.workers.base_async import AsyncWorker
from gunicorn.workers.ggevent import GeventWorker

from stackroom_kit.problems import CONTENT_TYPE, Problem
from stackroom_kit.request_id import HEADER, accepted_or_new
from ui.events.stopping import note_stop
from ui.server.refusals import refusal

LINGER_SILENCE_SECONDS = 1.0
LINGER_SECONDS = 5.0
LINGER_BYTES = 1024 * 1024
SLACK_SECONDS = 5


class GatewayWorker(GeventWorker):  # type: ignore[misc]
    def handle_exit(self, sig: Any, frame: Any) -> None:
        """Event streams end as well, instead of holding the process until it is killed."""
        note_stop()
        super().handle_exit(sig, frame)

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """As the parent's, but a read or write that does not move ends; ``keepalive`` bounds heads."""
        client.settimeout(self.cfg.keepalive + SLACK_SECONDS)
        AsyncWorker.handle(self, listener, client, addr)

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> Any:
        try:
            return super().handle_request(listener_name, req, sock, addr)
        except TimeoutError:
            self.log.debug("A client took nothing for too long")
            raise StopIteration from None
        except StopIteration:
            if _has_unread_body(req):
                with contextlib.suppress(OSError):
                    _linger(sock)
            raise

    def handle_error(self, _req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        problem = refusal(exc)
        if problem.status == HTTPStatus.INTERNAL_SERVER_ERROR:
            self.log.error("Error outside of the application", exc_info=exc)
        else:
            self.log.info("Refused a request of %s: %s", addr[0] if addr else "-", type(exc).__name__)
        with contextlib.suppress(OSError):
            client.sendall(_encoded(problem))
            _linger(client)


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


def _linger(client: socket.socket) -> None:
    """Read on for a moment: closing with unread bytes would reset the connection and lose the answer."""
    client.shutdown(socket.SHUT_WR)
    client.settimeout(LINGER_SILENCE_SECONDS)
    left, until = LINGER_BYTES, time.monotonic() + LINGER_SECONDS
    while left > 0 and time.monotonic() < until and (data := client.recv(65536)):
        left -= len(data)
