"""Sockets that never finish what they begin, by the standard library alone.

``python slow_attack.py ADDRESS PORT KIND SOCKETS LIMIT`` prints ``holding`` when all are open, and at the end how many
seconds each of them lived, as JSON; null: it was open still.
"""

import contextlib
import json
import selectors
import socket
import ssl
import sys
import time

DRIP_SECONDS = 1.0
HEAD = b"POST /internal/claim HTTP/1.1\r\nHost: stack.test\r\n"
BATCH = b"POST /api/importer/batches HTTP/1.1\r\nHost: stack.test\r\nContent-Type: application/x-ndjson\r\n"
LENGTH = b"Content-Length: 100000\r\n\r\n"
# What is sent at once, whether in TLS, and whether a byte more comes each second.
KINDS = {
    "silent": (b"", False, False),
    "handshake": (b"\x16\x03", False, False),
    "silent in tls": (b"", True, False),
    "head": (HEAD + b"X-Slow: ", True, False),
    "dripping head": (HEAD + b"X-Slow: ", True, True),
    "body": (HEAD + b"Authorization: Bearer guessed\r\n" + LENGTH, True, True),
    "body of a batch": (BATCH + LENGTH, True, False),
}


def opened(address: str, port: int, kind: str) -> socket.socket:
    beginning, is_tls, _ = KINDS[kind]
    client = socket.create_connection((address, port), 20)
    if is_tls:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        client = context.wrap_socket(client)
    client.sendall(beginning)
    client.setblocking(False)
    return client


def is_over(client: socket.socket) -> bool:
    """Whatever is answered is read: what counts is the end of the connection."""
    try:
        while client.recv(65536):
            pass
    except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
        return False
    except OSError:
        return True
    return True


def attack(address: str, port: int, kind: str, sockets: int, limit: float) -> list[float | None]:
    lived: list[float | None] = [None] * sockets
    started = [0.0] * sockets
    selector = selectors.DefaultSelector()
    for number in range(sockets):
        started[number] = time.monotonic()
        try:
            selector.register(opened(address, port, kind), selectors.EVENT_READ, number)
        except OSError:
            lived[number] = 0.0
    sys.stdout.write("holding\n")
    sys.stdout.flush()
    end = time.monotonic() + limit
    while selector.get_map() and time.monotonic() < end:
        for key, _ in selector.select(DRIP_SECONDS):
            if is_over(key.fileobj):  # type: ignore[arg-type]
                lived[key.data] = round(time.monotonic() - started[key.data], 1)
                selector.unregister(key.fileobj)
        if KINDS[kind][2]:
            drip(selector)
    return lived


def drip(selector: selectors.BaseSelector) -> None:
    time.sleep(DRIP_SECONDS)
    for key in list(selector.get_map().values()):
        with contextlib.suppress(OSError):  # the loop sees its end
            key.fileobj.send(b"x")  # type: ignore[union-attr]


if __name__ == "__main__":
    found = attack(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), float(sys.argv[5]))
    sys.stdout.write(json.dumps(found) + "\n")
