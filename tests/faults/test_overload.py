"""Too much at once: refused honestly, and shared fairly."""

import threading
import time
from collections import Counter
from collections.abc import Callable

import psutil

from tests.faults.conftest import Promise
from tests.support.stacks.faults import CONVERGE, FaultStack
from tests.support.stacks.importer import Part
from tests.support.waiting import wait_until

CLIENTS = 12
OVERLOAD_SECONDS = 5.0
MAX_OPEN = 24  # chunks
ROWS = 2000
CHUNKS_OF_BATCH = 2  # of so many rows
ACCEPT_SECONDS = 1.0
SLOTS = 2


def memory(part: Part) -> int:
    """Resident bytes of a process and its children."""
    process = psutil.Process(part.running.pid)
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))


class Crowd:
    """Clients that send as fast as they can; ``answers`` counts statuses, ``slowest`` is that of what was accepted."""

    def __init__(self, stack: FaultStack) -> None:
        self._stack = stack
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self.answers: Counter[int] = Counter()
        self.accepted: list[str] = []
        self.seconds: list[float] = []
        self.without_advice = 0

    def rush(self, seconds: float, is_enough: Callable[[], bool] = lambda: True) -> None:
        """For so long, and until it is enough, which on a slow machine takes longer."""
        clients = [threading.Thread(target=self._send) for _ in range(CLIENTS)]
        for client in clients:
            client.start()
        try:
            self._is_over.wait(seconds)
            wait_until(is_enough, 30, "enough requests")
        finally:
            self._is_over.set()
            for client in clients:
                client.join()

    def _send(self) -> None:
        body = b'{"records":[' + b",".join(b'{"id":%d,"payload":"x"}' % row for row in range(ROWS)) + b"]}"
        while not self._is_over.is_set():
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
    with stack.changed("importer", MAX_OPEN_CHUNKS=str(MAX_OPEN), MAX_OPEN_CHUNKS_PER_SOURCE=str(10 * MAX_OPEN)):
        importer = stack.parts["importer"]
        Crowd(stack).rush(1.0)
        before = memory(importer)
        crowd = Crowd(stack)
        crowd.rush(OVERLOAD_SECONDS, lambda: crowd.answers[503] > 10 * crowd.answers[202])
        assert memory(importer) < 2 * before
        assert set(crowd.answers) == {202, 503}
        assert crowd.without_advice == 0
        assert sorted(crowd.seconds)[int(len(crowd.seconds) * 0.99)] < ACCEPT_SECONDS
        assert open_chunks(stack) <= MAX_OPEN + CLIENTS * CHUNKS_OF_BATCH
        for batch_id in crowd.accepted:
            assert stack.wait_finished(batch_id)["outcomes"]["ok"] == ROWS


def open_chunks(stack: FaultStack) -> int:
    query = "SELECT count(*) FROM importer.chunk WHERE state IN ('ready', 'leased', 'applying')"
    return int(stack.query(query)[0][0])


def done_meanwhile(stack: FaultStack, flood: str, small: str) -> int:
    """Chunks of the flood that ended between the acceptance of the small batch and its end (or now), by the ledger."""
    query = f"""
    SELECT count(*) FROM importer.chunk WHERE batch_id = '{flood}' AND state = 'done'
      AND finished_at > (SELECT created_at FROM importer.batch WHERE id = '{small}')
      AND finished_at <= COALESCE((SELECT max(finished_at) FROM importer.chunk WHERE batch_id = '{small}'), now())"""
    return int(stack.query(query)[0][0])


def test_flood_of_one_source_keeps_another_waiting_for_two_chunks_at_most(stack: FaultStack) -> None:
    """F24. Counted in chunks of the flood that each slot ended meanwhile, since seconds differ with the machine."""
    flood = stack.post_rows(1_000_000)
    stack.wait_computing()
    small = stack.post_rows(10)
    stack.wait_finished(small, CONVERGE)
    stack.call("POST", f"/api/importer/batches/{flood}/cancel", b"")
    assert done_meanwhile(stack, flood, small) <= 2 * SLOTS
    stack.wait_finished(flood)
    assert stack.call("DELETE", f"/api/importer/batches/{flood}")[0] == 200
