"""Clients that are slow on purpose: in the head of a request, in its body, or in taking the answer."""

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

CONNECT_SECONDS = 2.0
HEAD, BODY, ANSWER = "head", "body", "answer"
_FIRST_LINES = {HEAD: "GET /api/importer/batches", BODY: "POST /api/importer/batches", ANSWER: "GET /api/groups/"}
_LAST_LINES = {
    HEAD: "X-Slow: ",
    BODY: "Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n",
    ANSWER: "\r\n",
}


def _beginning(where: str, headers: Mapping[str, str]) -> bytes:
    named = {"Host": "localhost", **headers}
    lines = [f"{_FIRST_LINES[where]} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join([*lines, _LAST_LINES[where]]).encode()


class SlowClients:
    """``number`` connections, each of which moves a byte every ``seconds``. One that is cut off comes again."""

    def __init__(self, url: str, where: str, number: int, seconds: float, headers: Mapping[str, str]) -> None:
        self._address = (urlsplit(url).hostname or "", urlsplit(url).port or 0)
        self._where, self._seconds, self._beginning = where, seconds, _beginning(where, headers)
        self._clients: list[socket.socket | None] = [None] * number
        self._opened, self._ended = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def begin(self) -> None:
        """All of them are there, or were tried, when this returns."""
        self._thread.start()
        assert self._opened.wait(60)

    def end(self) -> None:
        self._ended.set()
        self._thread.join(20)
        for client in self._clients:
            if client is not None:
                client.close()

    def _work(self) -> None:
        while not self._ended.is_set():
            for number, client in enumerate(self._clients):
                if not self._ended.is_set():
                    self._clients[number] = self._moved_on(client)
            self._opened.set()
            self._ended.wait(self._seconds)

    def _moved_on(self, client: socket.socket | None) -> socket.socket | None:
        """The client after one more byte, or its successor."""
        if client is not None:
            with contextlib.suppress(OSError):
                if self._moved(client):
                    return client
            client.close()
        with contextlib.suppress(OSError):
            return self._begun()
        return None

    def _moved(self, client: socket.socket) -> bool:
        """False where the other side has closed."""
        if self._where != ANSWER:
            return client.send(b"x") > 0
        with contextlib.suppress(BlockingIOError):
            return len(client.recv(1, socket.MSG_DONTWAIT)) > 0
        return True

    def _begun(self) -> socket.socket:
        client = socket.socket()
        try:
            if self._where == ANSWER:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(CONNECT_SECONDS)
            client.connect(self._address)
            client.sendall(self._beginning)
        except OSError:
            client.close()
            raise
        return client


@contextlib.contextmanager
def slow_clients(
    url: str, where: str, number: int, seconds: float, headers: Mapping[str, str] = MappingProxyType({})
) -> Iterator[None]:
    clients = SlowClients(url, where, number, seconds, headers)
    clients.begin()
    try:
        yield
    finally:
        clients.end()
