"""What the gateway passes on, either way."""

import socket
import threading
import urllib.request

import pytest

from tests.support.gateway.raw_http import RawConnection, exchange, request_bytes
from tests.support.gateway.scripted_upstream import Received, ScriptedUpstream, reply
from tests.support.waiting import wait_until


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


@pytest.mark.parametrize(
    ("target", "length", "status"),
    [
        ("/api/groups/bulk", 20_000_001, 413),
        ("/api/groups/", 4_000_001, 413),
        ("/api/groups/", 4_000_000, 200),
        ("/api/groups/bulk", 4_000_001, 200),
    ],
)
def test_gateway_bounds_bodies_by_what_they_are(
    gateway: str, upstream: ScriptedUpstream, target: str, length: int, status: int
) -> None:
    if status == 200:
        assert exchange(gateway, "POST", target, {}, bytes(length)).status == 200
        return
    answer = exchange(gateway, "POST", target, {"Content-Length": str(length)})
    assert (answer.status, answer.problem()["code"], upstream.received) == (413, "too_large", [])


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


def test_gateway_passes_304_on(gateway: str, upstream: ScriptedUpstream) -> None:
    def not_modified(_request: Received, client: socket.socket) -> None:
        client.sendall(b'HTTP/1.1 304 Not Modified\r\nETag: "e"\r\n\r\n')

    upstream.script = not_modified
    answer = exchange(gateway, "GET", "/api/groups/1", {"If-None-Match": '"e"'})
    assert (answer.status, answer.headers["etag"], answer.body) == (304, '"e"', b"")


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


def test_gateway_takes_several_requests_on_one_connection(gateway: str, upstream: ScriptedUpstream) -> None:
    with RawConnection(gateway) as connection:
        one = request_bytes(connection.netloc, "POST", "/api/groups/", {}, b"{}")
        connection.send(one + one)
        answers = [connection.answer(), connection.answer()]
    assert [answer.status for answer in answers if answer] == [200, 200]
    wait_until(lambda: len(upstream.received) == 2)


def test_gateway_passes_a_range_of_results(gateway: str, upstream: ScriptedUpstream) -> None:
    upstream.script = reply(
        "206 Partial Content", b"rest", ETag='"e"', Content_Range="bytes 5-8/9", Accept_Ranges="bytes"
    )
    answer = exchange(gateway, "GET", "/api/groups/", {"Range": "bytes=5-", "If-Range": '"e"'})
    assert (answer.status, answer.body, answer.headers["content-range"]) == (206, b"rest", "bytes 5-8/9")
    assert (answer.headers["etag"], answer.headers["accept-ranges"]) == ('"e"', "bytes")
    (got,) = upstream.received
    assert (got.headers["range"], got.headers["if-range"]) == ("bytes=5-", '"e"')


def test_gateway_takes_an_answer_from_its_service_before_a_slow_reader_does(
    gateway: str, upstream: ScriptedUpstream
) -> None:
    """Far more than the kernel keeps; it comes whole when the reader goes on."""
    block, is_sent = b"x" * 1_000_000, threading.Event()

    def stream(_request: Received, client: socket.socket) -> None:
        client.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/csv\r\n\r\n")
        for _ in range(40):
            client.sendall(b"%x\r\n%b\r\n" % (len(block), block))
        client.sendall(b"0\r\n\r\n")
        is_sent.set()

    upstream.script = stream
    with urllib.request.urlopen(f"{gateway}/api/groups/") as answer:
        assert is_sent.wait(20)
        assert len(answer.read()) == 40_000_000
