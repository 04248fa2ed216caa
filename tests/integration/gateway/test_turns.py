"""Long bodies through the gateway: one after the other, and nobody else waits for them."""

import contextlib
import gzip
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local.ports import LOOPBACK, free_port
from tests.support.documents.described import Seen
from tests.support.gateway.process import running_gateway
from tests.support.gateway.raw_http import RawConnection, exchange, request_bytes
from tests.support.gateway.scripted_upstream import Received, ScriptedUpstream, reply
from tests.support.waiting import wait_until

BATCHES = "/api/importer/batches"
LONG, SHORT = b"x" * 300_000, b"x" * 1000
ENV = {"WEB_PROCESSES": "2", "WEB_THREADS": "1", "UPSTREAM_READ_SECONDS": "1"}  # half of two threads: one slot


@pytest.fixture(autouse=True)
def as_described(seen_answers: Seen) -> Iterator[None]:
    """The service here is a script, whose answers no document has."""
    yield
    seen_answers.take()


class Importer(ScriptedUpstream):
    """Long bodies get their answer when the test says so."""

    def reset(self) -> None:
        super().reset()
        self.may_answer = threading.Semaphore(0)
        self.script = self._hold

    def _hold(self, request: Received, client: socket.socket) -> None:
        if request.method == "GET" or len(request.body) == len(SHORT) or self.may_answer.acquire(timeout=20):
            reply()(request, client)

    def long_bodies(self) -> int:
        return sum(request.method == "POST" and len(request.body) != len(SHORT) for request in self.received)


@pytest.fixture(scope="module")
def listening() -> Iterator[Importer]:
    server = Importer()
    yield server
    server.close()


@pytest.fixture(scope="module")
def gateway(listening: Importer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("turns")
    with running_gateway(folder, f"http://{LOOPBACK}:{free_port()}", listening.url, ENV) as (url, _):
        yield url


@pytest.fixture
def importer(listening: Importer) -> Importer:
    listening.reset()
    return listening


@contextlib.contextmanager
def sent(url: str, *bodies: bytes, target: str = BATCHES, **headers: str) -> Iterator[list[RawConnection]]:
    """A POST of each body, each on a connection of its own."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(RawConnection(url)) for _ in bodies]
        for connection, body in zip(connections, bodies, strict=True):
            connection.send(request_bytes(connection.netloc, "POST", target, named, body))
        yield connections


@pytest.mark.parametrize(
    ("target", "long"),
    [
        (BATCHES, LONG),
        (BATCHES, gzip.compress(bytes(10_000))),
        ("/api/importer/preview", LONG),
        (f"{BATCHES}/b/retry", b""),
        (f"{BATCHES}/b/undo", b""),
    ],
    ids=["long", "compressed", "preview", "retry", "undo"],
)
def test_what_keeps_a_core_busy_takes_turns_and_short_bodies_do_not_wait(
    gateway: str, importer: Importer, target: str, long: bytes
) -> None:
    with sent(gateway, *[long] * 6, target=target) as connections:
        for turn in range(1, 7):
            wait_until(lambda turn=turn: importer.long_bodies() == turn, 10, "the next long body")  # type: ignore[misc]
            assert exchange(gateway, "POST", BATCHES, {}, SHORT).status == 200
            assert exchange(gateway, "GET", BATCHES).status == 200
            assert importer.long_bodies() == turn
            importer.may_answer.release()
        answers = [connection.answer() for connection in connections]
    assert [answer.status for answer in answers if answer] == [200] * 6


def test_slow_senders_hold_no_turn(gateway: str, importer: Importer) -> None:
    importer.may_answer.release()
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            slow = stack.enter_context(RawConnection(gateway))
            headers = {"Content-Length": str(len(LONG))}
            slow.send(request_bytes(slow.netloc, "POST", BATCHES, headers) + LONG[:-1])
        assert exchange(gateway, "POST", BATCHES, {}, LONG).status == 200


def test_repeat_of_a_post_whose_connection_broke_waits_for_it(gateway: str, importer: Importer) -> None:
    with sent(gateway, LONG, Idempotency_Key="k"):
        wait_until(lambda: importer.long_bodies() == 1, 10, "the first post")
    with sent(gateway, LONG, Idempotency_Key="k") as (again,):
        assert exchange(gateway, "GET", BATCHES).status == 200
        assert importer.long_bodies() == 1
        importer.may_answer.release(2)
        answer = again.answer()
    assert answer is not None
    assert answer.status == 200


@pytest.mark.parametrize(
    ("target", "body"),
    [(BATCHES, LONG), (f"{BATCHES}/b/retry", b""), (f"{BATCHES}/b/undo", b"")],
    ids=["long", "retry", "undo"],
)
def test_what_has_much_to_read_may_take_longer(gateway: str, importer: Importer, target: str, body: bytes) -> None:
    """A short body is 504 after a second here."""
    never = threading.Event()

    def answer_late(request: Received, client: socket.socket) -> None:
        never.wait(1.5)
        reply()(request, client)

    importer.script = answer_late
    assert exchange(gateway, "POST", target, {}, body).status == 200
    assert exchange(gateway, "POST", BATCHES, {}, SHORT).problem()["code"] == "upstream_timeout"


def test_turns_of_killed_processes_are_free_again(importer: Importer, tmp_path: Path) -> None:
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    with running_gateway(tmp_path, nowhere, importer.url, ENV) as (url, process):
        with sent(url, LONG, LONG):
            wait_until(lambda: importer.long_bodies() == 1, 10, "the first of two long bodies")
            killed = psutil.Process(process.pid).children()
            for child in killed:
                child.kill()
            psutil.wait_procs(killed, timeout=10)
        importer.may_answer.release(2)

        def is_taken() -> bool:
            try:
                return exchange(url, "POST", BATCHES, {}, LONG).status == 200
            except (ConnectionError, AssertionError):  # nobody listens yet
                return False

        wait_until(is_taken, 10, "a long body to be taken")
        process.kill()  # the others may still begin, and would not hear that they are to end
