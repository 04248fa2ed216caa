"""Load on an HTTP server from one thread: a few connections that are kept, each with one request under way.

Written on sockets because a client library costs more than the servers that are measured here.
"""

import dataclasses
import selectors
import socket
import statistics
import time
from urllib.parse import urlsplit

BLOCK = 65536


@dataclasses.dataclass(frozen=True)
class Load:
    """``rate`` in requests per second, ``median`` of the times of single requests in seconds."""

    rate: float
    median: float


class _Connection:
    def __init__(self, address: tuple[str, int], request: bytes) -> None:
        self.socket = socket.create_connection(address)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request
        self._missing = 0  # bytes of the answer that are still to come, once its head is there
        self._head = b""
        self._sent_at = 0.0

    def send(self) -> None:
        self._sent_at = time.perf_counter()
        self.socket.sendall(self._request)

    def receive(self) -> float | None:
        """Seconds that the answer took, or None while it is not whole. AssertionError for any but a 200."""
        block = self.socket.recv(BLOCK)
        assert block, "the server closed the connection"
        if self._missing:
            self._missing -= len(block)
        else:
            self._head += block
            head, separator, body = self._head.partition(b"\r\n\r\n")
            if not separator:
                return None
            assert head.startswith(b"HTTP/1.1 200"), head
            self._missing = _length(head) - len(body)
            self._head = b""
        return None if self._missing else time.perf_counter() - self._sent_at


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise AssertionError(f"an answer without Content-Length: {head!r}")


def load(url: str, connections: int, duration: float) -> Load:
    """GET ``url`` for so many seconds."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    request = f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n".encode()
    address = (parts.hostname or "", parts.port or 80)
    times: list[float] = []
    with selectors.DefaultSelector() as selector:
        for _ in range(connections):
            connection = _Connection(address, request)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send()
        started = time.perf_counter()
        while time.perf_counter() - started < duration:
            for key, _ in selector.select(1):
                took = key.data.receive()
                if took is not None:
                    times.append(took)
                    key.data.send()
        elapsed = time.perf_counter() - started
        for key in list(selector.get_map().values()):
            key.data.socket.close()
    return Load(len(times) / elapsed, statistics.median(times))
