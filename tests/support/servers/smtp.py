"""A mail server that keeps what it is sent, and can be told to fail first."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.local.ports import LOOPBACK


class MailServer(socketserver.ThreadingTCPServer):
    """``refusals`` is how many connections are yet to be turned away."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), _Session)
        self.mails: list[str] = []
        self.refusals = 0

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Session(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        if self.server.refusals:
            self.server.refusals -= 1
            self._say("421 not now")
            return
        self._say("220 ready")
        for line in self.rfile:
            command = line.strip().upper()
            if command == b"DATA":
                self._say("354 go on")
                self.server.mails.append(self._mail())
            if command == b"QUIT":
                self._say("221 bye")
                return
            self._say("250 ok")

    def _mail(self) -> str:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        return b"".join(lines).decode()

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def running_mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(10)
