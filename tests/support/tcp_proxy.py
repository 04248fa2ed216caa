"""A TCP proxy that loses answers after the server has done the work, or holds everything back."""

import contextlib
import socket
import threading

from deploy.local.ports import LOOPBACK

BLOCK = 65536


class TCPProxy:
    """Between clients and ``127.0.0.1:port``. ``drop_every`` n closes the connection instead of every n-th answer."""

    def __init__(self, port: int) -> None:
        self._target = (LOOPBACK, port)
        self._server = socket.create_server((LOOPBACK, 0))
        self._server.settimeout(0.2)
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._answers = 0
        self.drop_every = 0
        self.dropped = 0
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self._server.getsockname()[1]}"

    def _serve(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = self._server.accept()
                threading.Thread(target=self._pass, args=(client,), daemon=True).start()
        self._server.close()

    def end(self) -> None:
        self._ended.set()

    def _pass(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            client.settimeout(None)
            with socket.create_connection(self._target) as server:
                threading.Thread(target=_copy, args=(client, server), daemon=True).start()
                while block := server.recv(BLOCK):
                    if self._is_to_be_dropped(block):
                        break
                    client.sendall(block)
            client.shutdown(socket.SHUT_RDWR)  # closing alone says nothing while another thread reads

    def _is_to_be_dropped(self, block: bytes) -> bool:
        """Counts beginnings of HTTP answers: by then the server has committed what it answers for."""
        with self._lock:
            if not block.startswith(b"HTTP/1.1 ") or not self.drop_every:
                return False
            self._answers += 1
            is_dropped = self._answers % self.drop_every == 0
            self.dropped += is_dropped
            return is_dropped


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while block := source.recv(BLOCK):
            sink.sendall(block)
        sink.shutdown(socket.SHUT_WR)
