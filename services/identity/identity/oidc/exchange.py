"""What is asked of the provider: an answer comes whole, within seconds, no longer than it may be, or it is a Problem.

No redirect is followed, so a secret goes to the address alone that it is meant for.
"""

import base64
import contextlib
import functools
import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import SplitResult, quote_plus, urlencode, urlsplit

from identity.problems import OIDC_AWAY, OIDC_FAILED
from stackroom_kit.problems import Problem
from stackroom_kit.strict_json import StrictJSONError, loads

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 2.0, 3.0, 5.0
MAX_BYTES = 256 * 1024
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
FAILED = range(500, 600)  # statuses of a provider that is not well


def basic(name: str, password: str) -> dict[str, str]:
    """As OAuth has it: both are encoded as in a form before they are put together (RFC 6749, 2.3.1)."""
    both = f"{quote_plus(name)}:{quote_plus(password)}".encode()
    return {"Authorization": f"Basic {base64.b64encode(both).decode()}"}


def away(reason: str) -> Problem:
    return OIDC_AWAY(f"The provider does not answer as it should: {reason}.")


class Exchange:
    """One request and one answer, each on a connection of its own."""

    @functools.cached_property
    def _tls(self) -> ssl.SSLContext:
        """For a provider with TLS alone, since reading the certificates takes a while."""
        return ssl.create_default_context()

    def get(self, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The object that is there. Problem 503 or 400."""
        status, body = self._send("GET", address, None, headers or {})
        return _object(status, body, address)

    def post(self, address: str, form: Mapping[str, str], headers: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Status and object of what is answered to a form: 200, or an error that says what it is."""
        status, body = self._send("POST", address, urlencode(form).encode(), {**FORM, **headers})
        return status, _object(200 if status in (400, 401) else status, body, address)

    def _send(self, method: str, address: str, body: bytes | None, headers: Mapping[str, str]) -> tuple[int, bytes]:
        parts = urlsplit(address)
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        sent = {"Accept": "application/json", "User-Agent": "Stackroom", "Connection": "close", **headers}
        connection = self._connection(parts)
        try:
            with self._in_time(connection):
                connection.request(method, target, body, sent)
                with contextlib.closing(connection.getresponse()) as answer:
                    return answer.status, _whole(answer)
        except (OSError, http.client.HTTPException) as error:
            raise away(type(error).__name__) from error
        finally:
            connection.close()

    def _connection(self, parts: SplitResult) -> http.client.HTTPConnection:
        host, seconds = parts.hostname or "", CONNECT_SECONDS
        if parts.scheme == "https":
            return http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=self._tls)
        return http.client.HTTPConnection(host, parts.port, timeout=seconds)

    @contextlib.contextmanager
    def _in_time(self, connection: http.client.HTTPConnection) -> Iterator[None]:
        """Connected inside of the block, and cut off where all of it takes too long: each byte may come in time."""
        connection.connect()
        kept = connection.sock
        kept.settimeout(READ_SECONDS)
        is_cut = threading.Event()
        timer = threading.Timer(TOTAL_SECONDS, _cut, (kept, is_cut))
        timer.daemon = True
        timer.start()
        try:
            yield
            if is_cut.is_set():
                raise TimeoutError
        finally:
            timer.cancel()


def _cut(kept: socket.socket, is_cut: threading.Event) -> None:
    """Below TLS, whose state belongs to the thread that reads. It is told first: what it then reads may look whole."""
    is_cut.set()
    with contextlib.suppress(OSError):
        socket.socket.shutdown(kept, socket.SHUT_RDWR)


def _whole(answer: http.client.HTTPResponse) -> bytes:
    """Problem 400 for a long answer, 503 for one that broke off."""
    body = answer.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise OIDC_FAILED(f"An answer of the provider has more than {MAX_BYTES} bytes.")
    if answer.length:
        raise away("its answer broke off")
    return body


def _object(status: int, body: bytes, address: str) -> dict[str, Any]:
    where = urlsplit(address).path
    if status in FAILED or status == 429:
        raise away(f"{where} answered {status}")
    if status != 200:
        raise OIDC_FAILED(f"{where} of the provider answered {status}.")
    try:
        found = loads(body)
    except StrictJSONError as error:
        raise OIDC_FAILED(f"The answer of {where} cannot be read: {error.detail}") from None
    if not isinstance(found, dict):
        raise OIDC_FAILED(f"The answer of {where} is no JSON object.")
    return found
