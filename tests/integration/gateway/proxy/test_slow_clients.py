"""Clients whose heads and bodies are cut, late, too long or too many."""

import contextlib
from pathlib import Path

import pytest

from tests.support.gateway.process import running_gateway
from tests.support.gateway.raw_http import RawAnswer, RawConnection, exchange, request_bytes
from tests.support.gateway.scripted_upstream import ScriptedUpstream
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
