"""HTTP as bytes over a plain socket, for what no client library would send."""

import dataclasses
import json
import socket
from typing import Any
from urllib.parse import urlsplit

from tests.support.documents.described import SEEN


@dataclasses.dataclass(frozen=True)
class RawAnswer:
    """``headers`` by lower-case name; ``whole`` is false where the connection broke inside the body."""

    status: int
    headers: dict[str, str]
    body: bytes
    whole: bool

    def json(self) -> Any:
        return json.loads(self.body)

    def problem(self) -> dict[str, Any]:
        """The body as problem+json; AssertionError where it is anything else."""
        assert self.headers["content-type"] == "application/problem+json", self
        problem: dict[str, Any] = self.json()
        assert problem["status"] == self.status
        assert problem["type"] == f"urn:stackroom:problem:{problem['code']}"
        return problem


class RawConnection:
    """One connection to ``url``; leave the block to close it."""

    def __init__(self, url: str, timeout: float = 20.0) -> None:
        parts = urlsplit(url)
        self.netloc = parts.netloc
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout)
        self._buffer = bytearray()

    def __enter__(self) -> "RawConnection":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        self._socket.sendall(data)

    def end_sending(self) -> None:
        self._socket.shutdown(socket.SHUT_WR)

    def _more(self) -> bool:
        try:
            data = self._socket.recv(65536)
        except ConnectionResetError:
            return False
        self._buffer += data
        return bool(data)

    def _take(self, size: int) -> tuple[bytes, bool]:
        while len(self._buffer) < size and self._more():
            pass
        taken = bytes(memoryview(self._buffer)[:size])
        del self._buffer[:size]
        return taken, len(taken) == size

    def _take_line(self) -> bytes:
        while b"\r\n" not in self._buffer and self._more():
            pass
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return bytes(line)

    def _take_chunks(self) -> tuple[bytes, bool]:
        body = bytearray()
        while line := self._take_line():
            size = int(line, 16)
            chunk, whole = self._take(size + 2)
            if not whole:
                return bytes(body + chunk), False
            if size == 0:
                return bytes(body), True
            body += chunk[:-2]
        return bytes(body), False

    def answer(self, method: str = "GET") -> RawAnswer | None:
        """The next answer, None where the server closes without one."""
        status_line = self._take_line()
        if not status_line:
            return None
        headers = {}
        while line := self._take_line():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        status = int(status_line.split()[1])
        if status == 100:
            return self.answer(method)
        if method == "HEAD" or status in (204, 304):
            body, whole = b"", True
        elif headers.get("transfer-encoding") == "chunked":
            body, whole = self._take_chunks()
        else:
            body, whole = self._take(int(headers["content-length"]))
        return RawAnswer(status, headers, body, whole)

    def ends_in_a_reset(self) -> bool:
        """Read to the end: whether that is RST (the answer broke off) and no orderly close."""
        try:
            while self._socket.recv(65536):
                pass
        except ConnectionResetError:
            return True
        return False

    def is_closed(self) -> bool:
        """Wait for the end of the connection (or for the socket's timeout: TimeoutError)."""
        return not self._buffer and not self._more()


def request_bytes(netloc: str, method: str, target: str, headers: dict[str, str], body: bytes | None = None) -> bytes:
    """A request as a well-behaved client writes it, except where ``headers`` say otherwise."""
    sent = {"Host": netloc, **({"Content-Length": str(len(body))} if body is not None else {}), **headers}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in sent.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


def exchange(
    url: str, method: str, target: str, headers: dict[str, str] | None = None, body: bytes | None = None
) -> RawAnswer:
    """One request on a connection of its own."""
    with RawConnection(url) as connection:
        connection.send(request_bytes(connection.netloc, method, target, headers or {}, body))
        answer = connection.answer(method)
    assert answer is not None, "the server closed without an answer"
    if method != "OPTIONS":
        SEEN.note(
            "ui", method, target.partition("?")[0], answer.status, answer.body, answer.headers.get("content-type", "")
        )
    return answer


def exchange_bytes(url: str, data: bytes) -> RawAnswer | None:
    """Bytes as they are, with ``{host}`` filled in, and what comes back."""
    with RawConnection(url) as connection:
        connection.send(data.replace(b"{host}", connection.netloc.encode()))
        return connection.answer()
