"""Too much at once: refused honestly, and shared fairly."""

import threading
import time
from collections import Counter

import psutil

from tests.faults.conftest import Promise
from tests.support.fault_stack import CONVERGE, FaultStack
from tests.support.fault_worker import SECONDS_PER_RECORD
from tests.support.stack import Part

CLIENTS = 12
OVERLOAD_SECONDS = 5.0
MAX_OPEN = 24  # chunks
ROWS = 2000
ACCEPT_SECONDS = 1.0
LARGEST_CHUNK = 2500 * SECONDS_PER_RECORD  # seconds


def memory(part: Part) -> int:
    """Resident bytes of a process and its children."""
    process = psutil.Process(part.running.pid)
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))


class Crowd:
    """Clients that send as fast as they can; ``answers`` counts statuses, ``slowest`` is that of what was accepted."""

    def __init__(self, stack: FaultStack) -> None:
        self._stack = stack
        self._lock = threading.Lock()
        self.answers: Counter[int] = Counter()
        self.accepted: list[str] = []
        self.seconds: list[float] = []
        self.without_advice = 0

    def rush(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        clients = [threading.Thread(target=self._send_until, args=(end,)) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()

    def _send_until(self, end: float) -> None:
        body = b'{"records":[' + b",".join(b'{"id":%d,"payload":"x"}' % row for row in range(ROWS)) + b"]}"
        while time.monotonic() < end:
            started = time.monotonic()
            answer = self._stack.answer("POST", "/api/importer/batches", body, Content_Type="application/json")
            with self._lock:
                self.answers[answer.status] += 1
                if answer.status == 202:
                    self.accepted.append(answer.json()["id"])
                    self.seconds.append(time.monotonic() - started)
                else:
                    self.without_advice += "Retry-After" not in answer.headers


def test_overload_is_refused_with_advice_and_costs_no_memory(stack: FaultStack, promise: Promise) -> None:
    """F23: ten times as much as can be done."""
    with stack.changed("importer", MAX_OPEN_CHUNKS=str(MAX_OPEN), MAX_OPEN_CHUNKS_PER_SOURCE=str(MAX_OPEN)):
        importer = stack.parts["importer"]
        Crowd(stack).rush(1.0)
        before = memory(importer)
        crowd = Crowd(stack)
        crowd.rush(OVERLOAD_SECONDS)
        assert memory(importer) < 2 * before
        assert set(crowd.answers) == {202, 503}
        assert crowd.answers[503] > 10 * crowd.answers[202]
        assert crowd.without_advice == 0
        assert sorted(crowd.seconds)[int(len(crowd.seconds) * 0.99)] < ACCEPT_SECONDS
        assert (
            stack.query("SELECT count(*) FROM importer.chunk WHERE state IN ('ready', 'leased', 'applying')")[0][0]
            <= MAX_OPEN + CLIENTS
        )
        for batch_id in crowd.accepted:
            assert stack.wait_finished(batch_id)["outcomes"]["ok"] == ROWS


def test_flood_of_one_source_keeps_another_waiting_for_two_chunks_at_most(stack: FaultStack) -> None:
    """F24."""
    flood = stack.post_rows(1_000_000)
    stack.wait_computing()
    started = time.monotonic()
    stack.wait_finished(stack.post_rows(10), CONVERGE)
    took = time.monotonic() - started
    stack.call("POST", f"/api/importer/batches/{flood}/cancel", b"")
    assert took < 2 * LARGEST_CHUNK
    stack.wait_finished(flood)
    assert stack.call("DELETE", f"/api/importer/batches/{flood}")[0] == 200
