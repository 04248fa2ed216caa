"""What the gateway holds for readers of answers: files, room, connections to the service. All of it is given back."""

import contextlib
import socket
from pathlib import Path

import psutil

from tests.support.gateway.process import running_gateway
from tests.support.gateway.raw_http import RawConnection, exchange
from tests.support.gateway.scripted_upstream import Received, ScriptedUpstream, reply
from tests.support.servers.processes import Process
from tests.support.waiting import wait_until


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
