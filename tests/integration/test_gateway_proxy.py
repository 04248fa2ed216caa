"""The real gateway in front of a service whose every byte the test writes."""

import socket
import threading
from collections.abc import Iterator

import pytest

from deploy.local.ports import LOOPBACK, free_port
from tests.support.described import Seen
from tests.support.gateway import running_gateway
from tests.support.raw_http import RawConnection, exchange, request_bytes
from tests.support.scripted_upstream import Received, ScriptedUpstream, reply
from tests.support.waiting import wait_until

ENV = {"UPSTREAM_READ_SECONDS": "1", "CLIENT_SILENCE_SECONDS": "2", "MAX_BODY_BYTES": "20000000"}


@pytest.fixture(autouse=True)
def as_described(seen_answers: Seen) -> Iterator[None]:
    """The service here is a script, whose answers no document has."""
    yield
    seen_answers.take()


@pytest.fixture(scope="module")
def listening() -> Iterator[ScriptedUpstream]:
    server = ScriptedUpstream()
    yield server
    server.close()


@pytest.fixture
def upstream(listening: ScriptedUpstream) -> Iterator[ScriptedUpstream]:
    listening.reset()
    yield listening
    listening.reset()


@pytest.fixture(scope="module")
def gateway(listening: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """In front of the scripted service as the catalog, and of nothing at all as the importer."""
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    with running_gateway(tmp_path_factory.mktemp("gateway"), listening.url, nowhere, ENV) as (url, _):
        yield url


def test_gateway_passes_a_write_with_listed_headers_only(gateway: str, upstream: ScriptedUpstream) -> None:
    upstream.script = reply("201 Created", b'{"id":1}', Location="/api/groups/1", ETag='"e"', Set_Cookie="a=b")
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": "k1",
        "X-Request-ID": "abc-1",
        "Cookie": "a=b",
        "X-Forwarded-For": "6.6.6.6",
        "X_Forwarded_User": "root",
        "Connection": "keep-alive, X-Request-ID",
    }
    answer = exchange(gateway, "POST", "/api/groups/?dry_run=true", headers, b'{"id":1}')
    assert (answer.status, answer.json()) == (201, {"id": 1})
    assert (answer.headers["location"], answer.headers["etag"]) == ("/api/groups/1", '"e"')
    assert answer.headers["x-request-id"] == "abc-1"
    assert "set-cookie" not in answer.headers
    (got,) = upstream.received
    assert (got.method, got.target, got.body) == ("POST", "/api/groups/?dry_run=true", b'{"id":1}')
    assert set(got.headers) == {
        "host", "content-type", "content-length", "idempotency-key", "x-request-id", "accept-encoding",
        "x-forwarded-for",
    }  # fmt: skip
    assert got.headers["x-forwarded-for"] == "127.0.0.1"
    assert got.headers["x-request-id"] == "abc-1"


def test_gateway_passes_a_large_body_byte_for_byte(gateway: str, upstream: ScriptedUpstream) -> None:
    body = bytes(range(256)) * 20_000
    assert exchange(gateway, "POST", "/api/groups/bulk", {}, body).status == 200
    assert upstream.received[0].body == body


def test_gateway_streams_a_long_answer_of_unknown_length(gateway: str, upstream: ScriptedUpstream) -> None:
    block = b"x" * 100_000

    def stream(_request: Received, client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/csv\r\n\r\n")
        for _ in range(30):
            client.sendall(b"%x\r\n%b\r\n" % (len(block), block))
        client.sendall(b"0\r\n\r\n")

    upstream.script = stream
    answer = exchange(gateway, "GET", "/api/groups/")
    assert (answer.whole, len(answer.body), answer.headers["content-type"]) == (True, 3_000_000, "text/csv")


@pytest.mark.parametrize("length", [100, 300_000, 3_000_000])
def test_gateway_keeps_a_cut_body_from_the_service(gateway: str, upstream: ScriptedUpstream, length: int) -> None:
    with RawConnection(gateway) as connection:
        headers = {"Content-Length": str(length)}
        connection.send(request_bytes(connection.netloc, "POST", "/api/groups/", headers) + b"x" * (length - 1))
        connection.end_sending()
        answer = connection.answer()
    assert answer is not None
    assert (answer.status, answer.problem()["code"]) == (400, "incomplete_body")
    assert upstream.received == []


def test_gateway_answers_408_to_a_silent_body_and_keeps_it_from_the_service(
    gateway: str, upstream: ScriptedUpstream
) -> None:
    with RawConnection(gateway) as connection:
        connection.send(request_bytes(connection.netloc, "POST", "/api/groups/", {"Content-Length": "9"}) + b"x")
        answer = connection.answer()
    assert answer is not None
    assert (answer.status, answer.problem()["code"]) == (408, "body_too_slow")
    assert upstream.received == []


def test_gateway_refuses_a_chunked_write(gateway: str, upstream: ScriptedUpstream) -> None:
    with RawConnection(gateway) as connection:
        head = request_bytes(connection.netloc, "POST", "/api/groups/", {"Transfer-Encoding": "chunked"})
        connection.send(head + b"1\r\nx\r\n0\r\n\r\n")
        answer = connection.answer()
    assert answer is not None
    assert answer.problem()["code"] == "length_required"
    assert upstream.received == []


def test_gateway_refuses_a_body_above_its_limit(gateway: str, upstream: ScriptedUpstream) -> None:
    answer = exchange(gateway, "POST", "/api/groups/", {"Content-Length": "20000001"})
    assert (answer.status, answer.problem()["code"]) == (413, "too_large")
    assert upstream.received == []


@pytest.mark.parametrize("framing", [b"Transfer-Encoding: chunked", b"Content-Length: 9000000"])
@pytest.mark.parametrize("version", [b"1.1", b"1.0"])
def test_gateway_breaks_the_connection_when_the_service_dies_in_an_answer(
    gateway: str, upstream: ScriptedUpstream, framing: bytes, version: bytes
) -> None:
    def die(_request: Received, client: socket.socket) -> None:
        client.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\n" + framing + b"\r\n\r\n186a0\r\n" + b"x" * 100_002
        )
        client.shutdown(socket.SHUT_RDWR)

    upstream.script = die
    with RawConnection(gateway) as connection:
        connection.send(b"GET /api/groups/ HTTP/%b\r\nHost: localhost\r\n\r\n" % version)
        assert connection.ends_in_a_reset()


def test_gateway_answers_502_when_the_service_dies_in_a_short_answer(gateway: str, upstream: ScriptedUpstream) -> None:
    def die(_request: Received, client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nx")
        client.shutdown(socket.SHUT_RDWR)

    upstream.script = die
    answer = exchange(gateway, "GET", "/api/groups/1")
    assert (answer.status, answer.problem()["code"]) == (502, "bad_upstream_answer")


def test_gateway_names_the_part_that_cannot_be_reached(gateway: str) -> None:
    answer = exchange(gateway, "POST", "/api/importer/ingest", {}, b"{}")
    assert (answer.status, answer.problem()["code"]) == (502, "upstream_unreachable")
    assert "importer" in answer.problem()["detail"]


def test_gateway_answers_504_when_the_service_is_too_slow(gateway: str, upstream: ScriptedUpstream) -> None:
    is_over = threading.Event()

    def hold(_request: Received, _client: socket.socket) -> None:
        is_over.wait(20)

    upstream.script = hold
    answer = exchange(gateway, "POST", "/api/groups/", {}, b"{}")
    is_over.set()
    assert (answer.status, answer.problem()["code"]) == (504, "upstream_timeout")
    assert len(upstream.received) == 1


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect"])
def test_gateway_follows_no_redirect(gateway: str, upstream: ScriptedUpstream, status: str) -> None:
    upstream.script = reply(status, Location="http://127.0.0.1:1/secret")
    answer = exchange(gateway, "GET", "/api/groups/1")
    assert (answer.status, len(upstream.received)) == (502, 1)
    assert "location" not in answer.headers


def test_gateway_passes_304_on(gateway: str, upstream: ScriptedUpstream) -> None:
    def not_modified(_request: Received, client: socket.socket) -> None:
        client.sendall(b'HTTP/1.1 304 Not Modified\r\nETag: "e"\r\n\r\n')

    upstream.script = not_modified
    answer = exchange(gateway, "GET", "/api/groups/1", {"If-None-Match": '"e"'})
    assert (answer.status, answer.headers["etag"], answer.body) == (304, '"e"', b"")


def test_gateway_answers_502_to_what_is_no_http(gateway: str, upstream: ScriptedUpstream) -> None:
    upstream.script = lambda _request, client: client.sendall(b"SSH-2.0-x\r\n")
    assert exchange(gateway, "GET", "/api/groups/1").problem()["code"] == "bad_upstream_answer"


def test_gateway_passes_head_without_a_body(gateway: str, upstream: ScriptedUpstream) -> None:
    def head(_request: Received, client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n")

    upstream.script = head
    answer = exchange(gateway, "HEAD", "/api/groups/1")
    assert (answer.status, upstream.received[0].method) == (200, "HEAD")


def test_gateway_keeps_connections_to_the_service(gateway: str, upstream: ScriptedUpstream) -> None:
    for _ in range(6):
        assert exchange(gateway, "GET", "/api/groups/1").status == 200
    assert len({request.connection for request in upstream.received}) == 1


def test_gateway_writes_over_a_fresh_connection_after_a_hang_up(gateway: str, upstream: ScriptedUpstream) -> None:
    for _ in range(5):
        assert exchange(gateway, "GET", "/api/groups/1").status == 200
        upstream.hang_up()
        assert exchange(gateway, "POST", "/api/groups/", {}, b"{}").status == 200
    assert [request.method for request in upstream.received] == ["GET", "POST"] * 5


@pytest.mark.parametrize(("method", "tries"), [("GET", 2), ("POST", 1), ("PUT", 1), ("DELETE", 1)])
def test_gateway_repeats_a_read_once_and_a_write_never(
    gateway: str, upstream: ScriptedUpstream, method: str, tries: int
) -> None:
    upstream.script = lambda _request, client: client.shutdown(socket.SHUT_RDWR)
    target = "/api/groups/" if method == "POST" else "/api/groups/1"
    assert exchange(gateway, method, target, {}, None if method == "GET" else b"{}").status == 502
    assert len(upstream.received) == tries


def test_gateway_serves_others_while_many_clients_are_slow(gateway: str, upstream: ScriptedUpstream) -> None:
    slow = [RawConnection(gateway) for _ in range(100)]
    try:
        for number, connection in enumerate(slow):
            head = request_bytes(connection.netloc, "POST", "/api/groups/", {"Content-Length": "100000"})
            connection.send(head[:-2] if number % 2 else head + b"x")
        assert exchange(gateway, "GET", "/api/groups/1").status == 200
    finally:
        for connection in slow:
            connection.close()
    assert {request.method for request in upstream.received} == {"GET"}


@pytest.mark.parametrize("sent", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n"])
def test_gateway_closes_a_connection_that_falls_silent(gateway: str, sent: bytes) -> None:
    with RawConnection(gateway, timeout=10) as connection:
        connection.send(sent)
        assert connection.is_closed()


def test_gateway_takes_several_requests_on_one_connection(gateway: str, upstream: ScriptedUpstream) -> None:
    with RawConnection(gateway) as connection:
        one = request_bytes(connection.netloc, "POST", "/api/groups/", {}, b"{}")
        connection.send(one + one)
        answers = [connection.answer(), connection.answer()]
    assert [answer.status for answer in answers if answer] == [200, 200]
    wait_until(lambda: len(upstream.received) == 2)


def test_readiness_names_the_part_that_is_away(gateway: str, upstream: ScriptedUpstream) -> None:
    upstream.script = reply(body=b'{"status":"ok","parts":{"postgresql":{"status":"ok"}}}')
    answer = exchange(gateway, "GET", "/api/health/ready")
    assert answer.status == 503
    assert answer.json() == {
        "status": "down",
        "parts": {
            "catalog": {"status": "ok", "parts": {"postgresql": {"status": "ok"}}},
            "importer": {"status": "down", "reason": "upstream_unreachable"},
        },
    }
    assert [request.target for request in upstream.received] == ["/health/ready"]
