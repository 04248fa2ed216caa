"""Clients and services in trouble behind and before the gateway."""

import contextlib
import socket
import threading
from pathlib import Path

import psutil
import pytest

from tests.support.gateway.process import running_gateway
from tests.support.gateway.raw_http import RawAnswer, RawConnection, exchange, request_bytes
from tests.support.gateway.scripted_upstream import Received, Script, ScriptedUpstream, reply
from tests.support.servers.processes import Process
from tests.support.waiting import wait_until


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


@pytest.mark.parametrize("sent_before", [0, 20_000, 190_000])
@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Content-Length": "200000", "Origin": "http://evil.example"}, "cross_site"),
        ({"Content-Length": "20000001"}, "too_large"),
        ({"Transfer-Encoding": "chunked"}, "length_required"),
    ],
)
def test_refusal_before_the_body_reaches_a_client_that_still_sends(
    gateway: str, headers: dict[str, str], code: str, sent_before: int
) -> None:
    """As a proxy sends it, which reuses no connection."""
    head = {"Content-Type": "application/json", "Connection": "close", **headers}
    with RawConnection(gateway) as connection:
        start = b"30d40\r\n" if "Transfer-Encoding" in headers else b""  # a chunk of 200,000 bytes
        connection.send(request_bytes(connection.netloc, "POST", "/api/groups/", head) + start + b" " * sent_before)
        answer = connection.answer()
        assert answer is not None
        assert answer.problem()["code"] == code
        for _ in range(10):
            connection.send(b" " * ((200_000 - sent_before) // 10))
        connection.end_sending()
        assert not connection.ends_in_a_reset()


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


def test_gateway_closes_a_connection_on_which_nothing_is_asked(gateway: str) -> None:
    with RawConnection(gateway, timeout=10) as connection:
        assert connection.is_closed()


@pytest.mark.parametrize("sent", [b"GET / HT", b"GET / HTTP/1.1\r\nHost: localhost\r\n"])
def test_gateway_answers_408_to_a_head_that_falls_silent(gateway: str, sent: bytes) -> None:
    with RawConnection(gateway, timeout=10) as connection:
        connection.send(sent)
        answer = connection.answer()
        assert answer is not None
        assert (answer.status, answer.problem()["code"]) == (408, "head_too_slow")
        assert connection.is_closed()


@pytest.mark.parametrize("length", [100_000, 3_000_000])
def test_gateway_answers_408_to_a_body_that_trickles(gateway: str, upstream: ScriptedUpstream, length: int) -> None:
    """Each byte comes long before the silence ends, and no block ever comes whole."""
    with RawConnection(gateway, timeout=0.3) as connection:
        connection.send(request_bytes(connection.netloc, "POST", "/api/groups/", {"Content-Length": str(length)}))
        answer = trickled(connection)
    assert (answer.status, answer.problem()["code"]) == (408, "body_too_slow")
    assert answer.headers["connection"] == "close"
    assert upstream.received == []


def trickled(connection: RawConnection, most: int = 30) -> RawAnswer:
    """The answer to a body of which a byte comes whenever the socket's time is over."""
    for _ in range(most):
        connection.send(b"x")
        with contextlib.suppress(TimeoutError):
            answer = connection.answer()
            assert answer is not None, "closed without an answer"
            return answer
    raise AssertionError(f"still open after {most} bytes")


def test_gateway_answers_503_to_a_body_or_a_connection_too_many(tmp_path: Path, upstream: ScriptedUpstream) -> None:
    """A body that is there at once needs no place among those that are waited for."""
    few = {"CLIENT_CONNECTIONS": "4", "CLIENT_BODIES": "1", "CLIENT_SILENCE_SECONDS": "20"}
    with running_gateway(tmp_path, upstream.url, upstream.url, few) as (url, _), contextlib.ExitStack() as opened:
        first = opened.enter_context(RawConnection(url))
        head = request_bytes(first.netloc, "POST", "/api/groups/", {"Content-Length": "100000"})
        first.send(head)
        wait_until(lambda: code_of_body(url, head) == "too_many_bodies", 10, "the first body to be waited for")
        assert exchange(url, "POST", "/api/groups/", {}, b"{}").status == 200
        for _ in range(3):
            opened.enter_context(RawConnection(url)).send(b"GET /")
        wait_until(lambda: code_of_probe(url) == "too_many_connections", 10, "all connections to be taken")
        first.send(b" " * 100_000)
        assert (sent := first.answer()) is not None
        assert sent.status == 200


def code_of_body(url: str, head: bytes) -> str:
    with RawConnection(url) as connection:
        connection.send(head)
        answer = connection.answer()
    assert answer is not None
    assert answer.headers["retry-after"]
    return str(answer.problem()["code"])


def code_of_probe(url: str) -> str:
    answer = exchange(url, "GET", "/api/health")
    return "" if answer.status == 200 else str(answer.problem()["code"])


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


def test_connection_to_a_service_is_given_back_however_its_answer_ends(
    upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    """A client breaks off, an answer breaks off, what the gateway asked for is no JSON, a status is not passed on."""
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n"

    def endless(_request: Received, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            client.sendall(head)
            while True:
                client.sendall(bytes(65536))

    def broken(_request: Received, client: socket.socket) -> None:
        client.sendall(head + b"x")
        client.shutdown(socket.SHUT_RDWR)

    with running_gateway(tmp_path, upstream.url, upstream.url, {"UPSTREAM_CONNECTIONS": "1"}) as (url, _):
        for _ in range(3):
            upstream.script = endless
            with RawConnection(url) as connection:
                connection.send(b"GET /api/groups/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
                wait_until(lambda: len(upstream.received) == 1, 10, "the service to be asked")
            upstream.script = broken
            wait_until(lambda: not exchange(url, "GET", "/api/groups/").whole, 10, "a connection to the service")
            upstream.script = endless
            assert exchange(url, "GET", "/api/docs/catalog/openapi.json").status == 502
            upstream.script = reply("302 Found", bytes(1_000_000))
            assert exchange(url, "GET", "/api/groups/").problem()["code"] == "bad_upstream_answer"
            upstream.script = reply()
            assert exchange(url, "GET", "/api/groups/1").status == 200
            upstream.received.clear()


def test_gateway_resets_the_connection_of_a_reader_that_takes_nothing(
    upstream: ScriptedUpstream, tmp_path: Path
) -> None:
    """A plain close would look to a client of HTTP/1.0 like the end of the answer."""
    upstream.script = reply(body=bytes(40_000_000))
    with running_gateway(tmp_path, upstream.url, upstream.url, {"CLIENT_GRACE_SECONDS": "1"}) as (url, process):
        before = files_of(process)
        with RawConnection(url) as connection:
            connection.send(b"GET /api/groups/ HTTP/1.0\r\nHost: localhost\r\n\r\n")
            wait_until(lambda: files_of(process) > before, 10, "the answer to be kept")
            wait_until(lambda: files_of(process) == before, 10, "the gateway to give it up")
            assert connection.ends_in_a_reset()


def test_new_answer_is_given_the_room_of_the_slowest_readers(upstream: ScriptedUpstream, tmp_path: Path) -> None:
    size, readers = 30_000_000, 6
    upstream.script = reply(body=bytes(size))
    env = {"ANSWER_SPOOL_BYTES": str(3 * size), "WEB_PROCESSES": "1"}
    with running_gateway(tmp_path, upstream.url, upstream.url, env) as (url, _), contextlib.ExitStack() as opened:
        slow = [opened.enter_context(RawConnection(url)) for _ in range(readers)]
        for number, connection in enumerate(slow, 1):
            connection.send(b"GET /api/groups/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            wait_until(lambda: len(upstream.received) >= number, 10, "the service to be asked")  # noqa: B023
        for _ in range(3):
            answer = exchange(url, "GET", "/api/groups/")
            assert (answer.status, answer.whole, len(answer.body)) == (200, True, size)
        assert [connection.ends_in_a_reset() for connection in slow].count(True) in range(1, readers)


def files_of(process: Process) -> int:
    """How many files without a name the gateway's workers have open: what they keep of answers and bodies."""
    workers = psutil.Process(process.pid).children()
    links = [link for worker in workers for link in Path(f"/proc/{worker.pid}/fd").iterdir()]
    return sum("(deleted)" in target_of(link) for link in links)


def target_of(link: Path) -> str:
    """Empty for a file that was closed meanwhile."""
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""
