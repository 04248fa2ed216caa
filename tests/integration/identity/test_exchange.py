"""One question to the provider: whatever it does to the connection, there is an answer or a Problem in time."""

import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from identity.oidc import exchange
from identity.oidc.exchange import Exchange
from stackroom_kit.problems import Problem

GOOD = b'HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}'
SECONDS = 0.4
PATIENCE = 15.0  # seconds, of a machine that is busy; what never ends takes minutes
Talk = Callable[[socket.socket], None]
Serve = Callable[[Talk], str]


def drip(text: bytes) -> Talk:
    """A byte now and then: each comes in time, all of them never."""

    def talk(connection: socket.socket) -> None:
        for byte in text * 1000:
            connection.sendall(bytes([byte]))
            time.sleep(0.02)

    return talk


def say(text: bytes) -> Talk:
    return lambda connection: connection.sendall(text)


TALKS: dict[str, Talk] = {
    "head that never ends": drip(b"HTTP/1.1 200 OK\r\n"),
    "headers that never end": drip(b"HTTP/1.1 200 OK\r\nX: y\r\n"),
    "nothing": lambda _: time.sleep(2 * SECONDS),
    "hangs up": lambda _: None,
    "no HTTP": say(b"SSH-2.0-OpenSSH\r\n"),
    "breaks off": say(GOOD[:-3]),
    "breaks off in a chunk": say(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nab"),
}  # fmt: skip


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 and its key, in one file; nobody knows who signed it."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.now(datetime.UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    day = datetime.timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now - day, now + day)
    certificate = builder.add_extension(address, critical=False).sign(key, hashes.SHA256())
    path = tmp_path / "both.pem"
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(pem + certificate.public_bytes(Encoding.PEM))
    return path


@pytest.fixture(params=["http", "https"])
def serve(request: pytest.FixtureRequest, authority: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Gives the address at which one connection is talked to."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    with contextlib.ExitStack() as ends:
        yield lambda talk: ends.enter_context(_serving(talk, context if request.param == "https" else None))


@contextlib.contextmanager
def _serving(talk: Talk, context: ssl.SSLContext | None) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with contextlib.suppress(OSError):  # the client may hang up first
            connection, _ = listener.accept()
            with connection, context.wrap_socket(connection, server_side=True) if context else connection as heard:
                heard.recv(65536)
                talk(heard)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    try:
        yield f"{'https' if context else 'http'}://127.0.0.1:{listener.getsockname()[1]}/x"
    finally:
        listener.close()
        thread.join()


def test_answer_is_an_object(serve: Serve) -> None:
    assert Exchange().get(serve(say(GOOD))) == {"a": 1}


@pytest.mark.parametrize("talk", TALKS.values(), ids=TALKS.keys())
def test_connection_that_is_no_good_ends_in_time(serve: Serve, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "TOTAL_SECONDS", SECONDS)
    monkeypatch.setattr(exchange, "READ_SECONDS", SECONDS)
    began = time.monotonic()
    with pytest.raises(Problem) as caught:
        Exchange().get(serve(talk))
    assert caught.value.code == "oidc_away"
    assert time.monotonic() - began < PATIENCE


def test_authority_that_nobody_knows_is_not_believed(authority: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(authority)
    with _serving(say(GOOD), context) as address, pytest.raises(Problem, match="SSLCertVerificationError") as caught:
        Exchange().get(address)
    assert caught.value.code == "oidc_away"
