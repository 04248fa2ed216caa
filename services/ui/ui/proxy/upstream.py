"""The services behind the gateway: each a bounded pool of kept connections, and its failures as problems."""

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import urllib3
from gevent.monkey import get_original
from urllib3 import exceptions
from urllib3.connection import HTTPConnection
from urllib3.exceptions import EmptyPoolError, HTTPError, NewConnectionError, ProtocolError
from urllib3.response import BaseHTTPResponse
from urllib3.util import parse_url

from stackroom_kit.actor import HEADER as ACTOR_HEADER
from stackroom_kit.actor import ActorSigner, SignedRequest
from stackroom_kit.problems import Problem
from stackroom_kit.public_path import HEADER as PREFIX_HEADER
from stackroom_kit.request_id import HEADER as REQUEST_ID
from stackroom_kit.request_id import current_request_id
from ui.access.current import current_actor
from ui.problems import BAD_UPSTREAM_ANSWER, UPSTREAM_BUSY, UPSTREAM_TIMEOUT, UPSTREAM_UNREACHABLE
from ui.proxy.body import Body
from ui.proxy.trusted_proxies import current_prefix

_poll_once = get_original("select", "poll")
MAX_IDLE_SECONDS = 30.0  # well under the 75 s for which the services keep an idle connection
SEND_SECONDS = 60.0
SLOWEST_BYTES_PER_SECOND = 64 * 1024  # of records that are looked at and stored, on a machine that is busy
ASK_SECONDS = 5.0  # for what the gateway itself wants to know
MAX_JSON_BYTES = 4 * 1024 * 1024
SAFE = frozenset({"GET", "HEAD"})


class KeptConnection(HTTPConnection):
    """A connection that knows how long it has been idle, and looks for a hang-up before it is used again."""

    used_at = 0.0

    def connect(self) -> None:
        """Sending may take longer than connecting: the service may write to a slow disk."""
        super().connect()
        self.sock.settimeout(SEND_SECONDS)

    @property
    def is_connected(self) -> bool:
        """The original poll asks the kernel once; gevent's own would wait for a turn of the loop."""
        if self.sock is None or time.monotonic() - self.used_at > MAX_IDLE_SECONDS:
            return False
        poll = _poll_once()
        poll.register(self.sock.fileno())
        return not any(event & ~4 for _, event in poll.poll(0))


class Pool(urllib3.HTTPConnectionPool):
    ConnectionCls = KeptConnection

    def _put_conn(self, conn: Any) -> None:
        if conn is not None:
            conn.used_at = time.monotonic()
        super()._put_conn(conn)


def as_sent(target: str) -> str:
    """As urllib3 writes it, which a signature has to hold for: `%d0` goes out as `%D0`, and `|` as `%7C`."""
    return parse_url(target).request_uri if "?" in target else target


def end_answer(answer: BaseHTTPResponse) -> None:
    """Whatever was read of it: a connection with unread bytes is closed, but its place in the pool is free again."""
    answer.close()
    answer.release_conn()


class Upstream:
    """``address`` is ``http://host[:port]`` without a path: targets come from routes alone."""

    def __init__(
        self,
        name: str,
        address: str,
        connections: int,
        connect_seconds: int,
        read_seconds: int,
        signer: ActorSigner | None = None,
    ) -> None:
        parts = urlsplit(address)
        self.name, self._signer = name, signer
        self._connect_seconds, self._read_seconds = connect_seconds, read_seconds
        self._pool = Pool(parts.hostname or "", parts.port or 80, maxsize=connections, block=True, blocksize=65536)

    def send(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: Body | None,
        read_seconds: float | None = None,
        size: int = 0,
    ) -> BaseHTTPResponse:
        """The answer, its body not yet read; Problem 502, 503 or 504 without one. Writes are sent once.

        The service has ``size`` bytes to look at, so it may take longer.
        """
        read = (read_seconds or self._read_seconds) + size / SLOWEST_BYTES_PER_SECOND
        timeout = urllib3.Timeout(connect=self._connect_seconds, read=read)
        try:
            return self._send(method, target, headers, body, timeout)
        except ProtocolError as error:
            if method not in SAFE:
                raise self._problem(error) from error
        except HTTPError as error:
            raise self._problem(error) from error
        try:
            return self._send(method, target, headers, body, timeout)
        except HTTPError as error:
            raise self._problem(error) from error

    def _send(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        body: Body | None,
        timeout: urllib3.Timeout,
    ) -> BaseHTTPResponse:
        headers = {**headers, **self._told(method, target, headers)}
        return self._pool.urlopen(
            method,
            target,
            body=body,
            headers=headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            timeout=timeout,
            pool_timeout=self._connect_seconds,
            preload_content=False,
            decode_content=False,
        )

    def _told(self, method: str, target: str, headers: Mapping[str, str]) -> dict[str, str]:
        """What the gateway alone may say: the prefix under which it is served, and in whose name it calls."""
        prefix = current_prefix()
        told = {PREFIX_HEADER: prefix} if prefix else {}
        if self._signer is not None:
            to_sign = SignedRequest(method, as_sent(target), headers.get(REQUEST_ID, ""))
            told[ACTOR_HEADER] = self._signer.signed(current_actor(), to_sign)
        return told

    def read_json(self, target: str, seconds: float = ASK_SECONDS) -> tuple[int, dict[str, Any]]:
        """Status and object of what the gateway itself wants to know; Problem 502, 503 or 504 where there is none."""
        return self._json("GET", target, None, seconds)

    def ask_json(
        self, target: str, body: Mapping[str, Any], seconds: float = ASK_SECONDS
    ) -> tuple[int, dict[str, Any]]:
        """The same for a question that is longer than an address."""
        return self._json("POST", target, json.dumps(body).encode(), seconds)

    def _json(self, method: str, target: str, sent: bytes | None, seconds: float) -> tuple[int, dict[str, Any]]:
        headers = {REQUEST_ID: current_request_id(), "Accept": "application/json"}
        if sent is not None:
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(sent))}
        answer = self.send(method, target, headers, sent, read_seconds=seconds)
        try:
            body = json.loads(answer.read(MAX_JSON_BYTES, decode_content=False))
        except (HTTPError, OSError, ValueError) as error:
            raise self.unreadable() from error
        finally:
            end_answer(answer)
        if not isinstance(body, dict):
            raise self.unreadable()
        return answer.status, body

    def unreadable(self) -> Problem:
        return BAD_UPSTREAM_ANSWER(f"The answer of the {self.name} cannot be read.")

    def _problem(self, error: HTTPError) -> Problem:
        if isinstance(error, EmptyPoolError):
            return UPSTREAM_BUSY(f"The {self.name} has too many requests at once.")
        if isinstance(error, exceptions.TimeoutError) and not isinstance(error, NewConnectionError):
            return UPSTREAM_TIMEOUT(f"The {self.name} did not answer in time.")
        if isinstance(error, NewConnectionError):
            return UPSTREAM_UNREACHABLE(f"The {self.name} cannot be reached.")
        return BAD_UPSTREAM_ANSWER(f"The {self.name} broke off or answered what is no HTTP.")

    def died(self, error: Exception) -> Problem:
        """The problem for an answer that broke while it was read."""
        return self._problem(error if isinstance(error, HTTPError) else HTTPError(str(error)))
