"""Services that are away, die in an answer, are too slow, or answer what is no HTTP."""

import socket
import threading

import pytest

from tests.support.gateway.raw_http import RawConnection, exchange
from tests.support.gateway.scripted_upstream import Received, Script, ScriptedUpstream, reply


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


def test_gateway_answers_502_to_what_is_no_http(gateway: str, upstream: ScriptedUpstream) -> None:
    upstream.script = lambda _request, client: client.sendall(b"SSH-2.0-x\r\n")
    assert exchange(gateway, "GET", "/api/groups/1").problem()["code"] == "bad_upstream_answer"


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


def cut_short(_request: Received, client: socket.socket) -> None:
    client.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"a')
    client.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "script",
    [
        reply(body=b"garbage"),
        reply(body=b"[1]"),
        reply(body=b'{"a": "\xff"}'),
        cut_short,
        lambda _request, client: client.sendall(b"SSH-2.0-x\r\n"),
    ],
)
def test_what_the_gateway_itself_cannot_read_is_told(gateway: str, upstream: ScriptedUpstream, script: Script) -> None:
    upstream.script = script
    assert exchange(gateway, "GET", "/api/health/ready").json()["parts"]["catalog"] == {
        "status": "down",
        "reason": "bad_upstream_answer",
    }
    answer = exchange(gateway, "GET", "/api/docs/catalog/openapi.json")
    assert (answer.status, answer.problem()["code"]) == (502, "bad_upstream_answer")
