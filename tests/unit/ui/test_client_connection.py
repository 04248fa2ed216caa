"""Who is too slow, by a clock that stands still until a client keeps the gateway waiting."""

import dataclasses
import socket
from collections.abc import Iterable
from typing import Any

import pytest
from gunicorn.http.errors import NoMoreData

from stackroom_kit.disk_room import temporary_room
from stackroom_kit.problems import Problem
from ui.process import Limiter
from ui.server.client_connection import ClientConnection, HeadTooSlowError
from ui.server.client_limits import ClientLimits, TimeBudget
from ui.server.spool import SpoolSpace

SILENCE, GRACE, PACE = 10, 30, 1000
KIB = 1024
SPACE = SpoolSpace(temporary_room(0), KIB * KIB)


@dataclasses.dataclass
class SlowClient:
    """A socket. ``moves`` are the seconds that pass, and the bytes that the client then sends or takes."""

    moves: Iterable[tuple[float, int]]
    now: float = 0.0
    timeout: float = 0.0
    is_ready: bool = False

    def settimeout(self, seconds: float) -> None:
        self.timeout = seconds

    def setsockopt(self, *_: Any) -> None:
        pass

    def _next(self) -> int:
        """As a socket of gevent: at once with the timeout 0, else no later than the timeout."""
        if self.timeout == 0.0:
            raise BlockingIOError
        self.moves = list(self.moves)
        seconds, size = self.moves.pop(0) if self.moves else (1e9, 0)
        self.now += min(seconds, self.timeout)
        if seconds > self.timeout:
            self.moves.insert(0, (seconds - self.timeout, size))
            raise TimeoutError
        return size

    def recv(self, size: int) -> bytes:
        return b"x" * min(size, self._next())

    def send(self, data: bytes) -> int:
        return min(len(data), self._next())


@dataclasses.dataclass
class Request:
    is_last: bool = False

    def force_close(self) -> None:
        self.is_last = True


def connection_of(client: SlowClient, bodies: int = 1) -> ClientConnection:
    return ClientConnection(client, ClientLimits(SILENCE, GRACE, PACE), Limiter(bodies), SPACE, lambda: client.now)


def sent_body(moves: Iterable[tuple[float, int]]) -> tuple[SlowClient, Request, str]:
    """The client after its body, its request, and the code of the problem that ended it; empty if it came whole."""
    client, request = SlowClient(list(moves)), Request()
    connection = connection_of(client)
    connection.begin_request(request)
    try:
        while client.moves:
            connection.recv(1_000_000)
    except Problem as problem:
        return client, request, problem.code
    return client, request, ""


@pytest.mark.parametrize(
    ("moves", "ended_at"),
    [
        ([(9, 1)] * 100, 30),  # a byte now and then
        ([(1, PACE // 2)] * 1000, 60),  # half the pace spends the grace in twice its time
        ([(0.1, 1_000_000), *[(9, 1)] * 100], 30.1),  # what came quickly before earns no more than the grace
        ([(11, 1)], 10),  # silence
    ],
)
def test_body_that_is_too_slow_ends_when_its_grace_is_spent(moves: list[tuple[float, int]], ended_at: float) -> None:
    client, request, code = sent_body(moves)
    assert code == "body_too_slow"
    assert client.now == pytest.approx(ended_at, abs=0.5)
    assert request.is_last


@pytest.mark.parametrize(
    "moves",
    [
        [(1, PACE)] * 10_000,
        [(9, 9 * PACE)] * 1000,
        [(9, 1), (9, 1), (9, 1), *[(1, 2 * PACE)] * 27, (9, 1), (9, 1), (9, 1)],  # pauses that are made up for
    ],
)
def test_body_of_the_least_pace_comes_whole(moves: list[tuple[float, int]]) -> None:
    assert sent_body(moves)[2] == ""


def test_time_in_which_the_gateway_is_busy_elsewhere_counts_for_no_client() -> None:
    client = SlowClient([(1, PACE)] * 100)
    connection = connection_of(client)
    connection.begin_request(Request())
    for _ in range(100):
        connection.recv(KIB)
        client.now += 1000


def test_body_that_has_to_be_waited_for_counts_until_the_request_ends() -> None:
    bodies, client = Limiter(1), SlowClient([(1, 5)] * 3)
    first, second = (
        ClientConnection(client, ClientLimits(SILENCE, GRACE, PACE), bodies, SPACE, lambda: client.now)
        for _ in range(2)
    )
    first.begin_request(Request())
    second.begin_request(Request())
    assert first.recv(KIB) == b"xxxxx"
    with pytest.raises(Problem) as refused:
        second.recv(KIB)
    assert (refused.value.status, refused.value.code) == (503, "too_many_bodies")
    assert refused.value.headers["Retry-After"]
    first.end_request()
    assert second.recv(KIB) == b"xxxxx"


def test_head_must_come_whole_in_the_time_of_a_silence() -> None:
    client = SlowClient([(9, 1), (4, 1), (4, 1), (4, 1)])
    connection = connection_of(client)
    assert [connection.recv(KIB) for _ in range(3)] == [b"x"] * 3
    with pytest.raises(HeadTooSlowError):
        connection.recv(KIB)
    assert client.now == 9 + SILENCE


def test_connection_on_which_nothing_is_asked_ends_without_an_answer() -> None:
    with pytest.raises(NoMoreData):
        connection_of(SlowClient([])).recv(KIB)


@pytest.mark.parametrize("begin", [False, True], ids=["idle", "in a request"])
def test_idle_connection_ends_at_a_stop_after_what_has_come(begin: bool) -> None:
    ours, client = socket.socketpair()
    with ours, client:
        connection = ClientConnection(ours, ClientLimits(SILENCE, GRACE, PACE), Limiter(1), SPACE)
        if begin:
            connection.begin_request(Request())
        client.sendall(b"came")
        connection.end_if_idle()
        assert connection.recv(KIB) == b"came"
        if begin:
            client.sendall(b"more")
        assert connection.recv(KIB) == (b"more" if begin else b"")


def test_half_a_head_is_read_on_at_a_stop() -> None:
    ours, client = socket.socketpair()
    with ours, client:
        connection = ClientConnection(ours, ClientLimits(SILENCE, GRACE, PACE), Limiter(1), SPACE)
        client.sendall(b"GET /")
        assert connection.recv(KIB) == b"GET /"
        connection.end_if_idle()
        client.sendall(b" HTTP/1.1")
        assert connection.recv(KIB) == b" HTTP/1.1"


@pytest.mark.parametrize(
    ("moves", "is_taken"),
    [
        ([(59, 60 * PACE // 4)] * 100, True),  # in steps, as windows open
        ([(1, PACE // 4)] * 1000, True),
        ([(9, 1)] * 100, False),
        ([(61, PACE)], False),
    ],
)
def test_reader_may_be_slow_and_pause_and_must_go_on(moves: list[tuple[float, int]], is_taken: bool) -> None:
    connection = connection_of(SlowClient(moves))
    connection.begin_request(Request())
    answer = bytes(sum(size for _, size in moves))
    connection.sendall(answer if is_taken else answer + b"x")
    if is_taken:
        connection.writer.flush()
    else:
        with pytest.raises(TimeoutError):
            connection.writer.flush()


def test_budget_earns_no_more_than_its_grace() -> None:
    budget = TimeBudget(GRACE, PACE)
    budget.spend(10)
    budget.earn(5 * PACE)
    assert budget.left == 25
    budget.earn(1000 * PACE)
    assert budget.left == GRACE
