"""A small HTTP server whose answers a test writes byte by byte, and which remembers what reached it."""

import contextlib
import dataclasses
import socket
import threading
from collections.abc import Callable

from deploy.local.ports import LOOPBACK


@dataclasses.dataclass(frozen=True)
class Received:
    """One request; ``headers`` by lower-case name; ``whole`` says whether the body was complete."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    whole: bool
    connection: int


Script = Callable[[Received, socket.socket], None]


def reply(status: str = "200 OK", body: bytes = b"{}", **headers: str) -> Script:
    """A script that answers every request so; a header's underscores become hyphens."""
    named = {
        "Content-Type": "application/json",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Length: {len(body)}",
        *(f"{n}: {v}" for n, v in named.items()),
        "",
        "",
    ]
    data = "\r\n".join(lines).encode("latin-1") + body

    def send(_request: Received, client: socket.socket) -> None:
        client.sendall(data)

    return send


class ScriptedUpstream:
    """Listens on a free port; set ``script``, look at ``received``."""

    def __init__(self) -> None:
        self.script: Script = reply()
        self.received: list[Received] = []
        self._listener = socket.create_server((LOOPBACK, 0))
        self._clients: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._listener.getsockname()[1]}"

    def reset(self) -> None:
        """As new, for the next test."""
        self.script = reply()
        self.received.clear()

    def hang_up(self) -> None:
        """Close every connection that is open."""
        for client in self._clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(10)
        self._listener.close()
        self.hang_up()
        for client in self._clients:
            client.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._clients.append(client)
                number = len(self._clients)
                threading.Thread(target=self._serve, args=(client, number), daemon=True).start()

    def _serve(self, client: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError), client.makefile("rb") as stream:
            while line := stream.readline():
                method, target, _ = line.decode("latin-1").split()
                headers = {}
                while (line := stream.readline()) not in (b"\r\n", b""):
                    name, _, value = line.decode("latin-1").partition(":")
                    headers[name.lower()] = value.strip()
                length = int(headers.get("content-length", "0"))
                body = stream.read(length)
                request = Received(method, target, headers, body, len(body) == length, number)
                self.received.append(request)
                self.script(request, client)
