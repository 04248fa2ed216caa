"""Clients that are slow on purpose, before the gateway as it runs in production: two processes, its own settings."""

import contextlib
import resource
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.gateway.process import running_gateway
from tests.support.gateway.raw_http import RawConnection, exchange, request_bytes
from tests.support.gateway.scripted_upstream import Received, ScriptedUpstream, reply
from tests.support.gateway.slow_clients import BODY, HEAD, slow_clients
from tests.support.latency import latency_of
from tests.support.waiting import wait_until

MOST = 2100
TRICKLE = 9.0  # seconds between two bytes of one client: less than the silence that is allowed
SAMPLES = 450  # calls beside an attack, which take about 20 s
FEWER_SAMPLES = 200  # of which two may be slow: the uploads begin at once
FAST = 0.3  # seconds, the 99th percentile that everybody else may see
UPLOADS = 140
BEGUN = 70_000  # bytes of an upload that come at once: more than the block with which a service hears of it
MEDIA = "/api/importer/media"
OTHER_CALLS = [("GET", MEDIA), ("DELETE", f"{MEDIA}/uploads/a.mp4"), ("POST", "/api/groups/bulk")]


@pytest.fixture(scope="module")
def upstream() -> Iterator[ScriptedUpstream]:
    server = ScriptedUpstream()
    yield server
    server.close()


@pytest.fixture
def gateway(upstream: ScriptedUpstream, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    env = {"WEB_PROCESSES": "2", "MEDIA_URL": upstream.url}
    with running_gateway(tmp_path_factory.mktemp("gateway"), upstream.url, upstream.url, env) as (url, _):
        answered(url)  # what is told of an answer here makes all documents first, which takes a second or two
        yield url


@pytest.mark.parametrize("where", [HEAD, BODY])
def test_2100_clients_of_a_byte_in_9_seconds_keep_nobody_waiting(gateway: str, where: str) -> None:
    """Those that were cut off come again; as many as this process may open."""
    most = min(MOST, resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 300)
    with slow_clients(gateway, where, most, TRICKLE), latency_of(lambda: answered(gateway)) as latency:
        wait_until(lambda: len(latency.seconds) >= SAMPLES, 90, "enough answers")
    assert latency.percentile(99) < FAST


def answered(url: str) -> None:
    assert exchange(url, "GET", "/api/groups/1").status == 200


def test_140_slow_uploads_leave_other_calls_working(gateway: str, upstream: ScriptedUpstream) -> None:
    """Those that find no place are told so; no connection that others need is theirs."""
    upstream.script = as_service
    with contextlib.ExitStack() as opened, ThreadPoolExecutor(UPLOADS) as threads:
        uploads = [opened.enter_context(RawConnection(gateway, timeout=8)) for _ in range(UPLOADS)]
        list(threads.map(begin_upload, uploads))
        with latency_of(lambda: answered(gateway)) as latency, ThreadPoolExecutor(10) as callers:
            statuses = set(callers.map(lambda call: status_of(gateway, *call), OTHER_CALLS * 30))
            wait_until(lambda: len(latency.seconds) >= FEWER_SAMPLES, 30, "enough answers")
        codes = [code for code in threads.map(code_of, uploads) if code]
    assert statuses == {200}
    assert latency.percentile(99) < FAST
    assert set(codes) == {"too_many_bodies"}
    assert len(codes) < UPLOADS


def status_of(url: str, method: str, target: str) -> int:
    return exchange(url, method, target, {}, b"{}" if method == "POST" else None).status


def as_service(request: Received, client: socket.socket) -> None:
    """It answers what came whole."""
    if request.whole:
        reply()(request, client)


def begin_upload(connection: RawConnection) -> None:
    head = request_bytes(connection.netloc, "POST", MEDIA, {"Content-Length": "1000000"})
    connection.send(head + bytes(BEGUN))


def code_of(connection: RawConnection) -> str:
    """Of the refusal; empty for an upload that has a place: no answer comes, or 408 in the end."""
    with contextlib.suppress(TimeoutError):
        answer = connection.answer()
        assert answer is not None
        code = str(answer.problem()["code"])
        assert code == "body_too_slow" or answer.headers["retry-after"]
        return "" if code == "body_too_slow" else code
    return ""
