"""A TCP proxy that loses answers after the server has done the work, delays them, or lets connections fall silent."""

import contextlib
import socket
import threading
from collections.abc import Callable

from deploy.local.ports import LOOPBACK

BLOCK = 65536


class TCPProxy:
    """Between clients and ``127.0.0.1:port``. It passes everything until it is told otherwise:

    ``drop_every`` n: the connection is closed instead of every n-th HTTP answer.
    ``lose_answers_to`` bytes, ``losses`` times: the same for the answer to what holds these bytes.
    ``delay``: seconds before each answer. ``fall_silent``: connections stay open, and nothing passes on them any more.
    ``uploaded`` is called with the bytes that a client has sent on its connection so far, before they are passed on.
    """

    def __init__(self, port: int) -> None:
        self.target = (LOOPBACK, port)
        self._server = socket.create_server((LOOPBACK, 0), backlog=512)
        self._server.settimeout(0.2)
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._answers = 0
        self._links: set[_Link] = set()
        self.drop_every = 0
        self.dropped = 0
        self.lose_answers_to = b""
        self.losses = 0
        self.delay = 0.0
        self.uploaded: Callable[[int], object] = lambda _total: None
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def port(self) -> int:
        port: int = self._server.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def pass_all(self) -> None:
        """What was lost stays lost, and what fell silent stays silent."""
        self.drop_every = self.losses = 0
        self.delay = 0.0

    def fall_silent(self) -> int:
        """As when a firewall forgets every connection that is open now; new ones pass. Gives their number."""
        with self._lock:
            for link in self._links:
                link.is_silent = True
            return len(self._links)

    def end(self) -> None:
        self._ended.set()

    def _serve(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = self._server.accept()
                threading.Thread(target=self._pass, args=(client,), daemon=True).start()
        self._server.close()

    def _pass(self, client: socket.socket) -> None:
        link = _Link(self, client)
        with self._lock:
            self._links.add(link)
        try:
            link.run()
        finally:
            with self._lock:
                self._links.discard(link)

    def wait_delay(self) -> None:
        if self.delay:
            self._ended.wait(self.delay)

    def is_answer_lost(self, question: bytes) -> bool:
        """Whether what a client sent just now is to be done by the server, and never to be answered."""
        with self._lock:
            is_lost = self.losses > 0 and self.lose_answers_to in question
            self.losses -= is_lost
            self.dropped += is_lost
            return is_lost

    def is_to_be_dropped(self, block: bytes) -> bool:
        """Counts beginnings of HTTP answers: by then the server has committed what it answers for."""
        with self._lock:
            if not block.startswith(b"HTTP/1.1 ") or not self.drop_every:
                return False
            self._answers += 1
            is_dropped = self._answers % self.drop_every == 0
            self.dropped += is_dropped
            return is_dropped


class _Link:
    """One connection of a client and the one behind it."""

    def __init__(self, proxy: TCPProxy, client: socket.socket) -> None:
        self._proxy = proxy
        self._client = client
        self._is_answer_lost = self._is_asked = False
        self.is_silent = False

    def run(self) -> None:
        with self._client as client:
            client.settimeout(None)
            with contextlib.suppress(OSError), socket.create_connection(self._proxy.target) as server:
                threading.Thread(target=self._ask, args=(server,), daemon=True).start()
                self._answer(server)
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)  # closing alone says nothing while another thread reads

    def _answer(self, server: socket.socket) -> None:
        while block := server.recv(BLOCK):
            if self._is_answer_lost or self._proxy.is_to_be_dropped(block):
                return
            if self._is_asked:
                self._is_asked = False
                self._proxy.wait_delay()
            if not self.is_silent:
                self._client.sendall(block)

    def _ask(self, server: socket.socket) -> None:
        """A client that was killed resets its connection; its server must hear of that, or it holds its locks on."""
        end = socket.SHUT_RDWR
        with contextlib.suppress(OSError):
            self._pass_questions(server)
            end = socket.SHUT_WR
        with contextlib.suppress(OSError):
            server.shutdown(end)

    def _pass_questions(self, server: socket.socket) -> None:
        total = 0
        while block := self._client.recv(BLOCK):
            total += len(block)
            self._proxy.uploaded(total)
            if self.is_silent:
                continue
            self._is_asked = True
            self._is_answer_lost = self._proxy.is_answer_lost(block) or self._is_answer_lost
            server.sendall(block)
