"""Redis that hangs, falls silent, loses answers or has no room: the ledger forgets nothing, and workers go on."""

import contextlib
import signal
from threading import Event

import pytest

from tests.faults.conftest import Promise
from tests.support.faults.fault_worker import SECONDS_PER_RECORD
from tests.support.latency import latency_of
from tests.support.stacks.faults import CONVERGE, FaultStack
from tests.support.waiting import wait_until

NEXT_START = 15.0  # seconds after a hang within which a worker must begin new work
RECONNECT = 20.0  # seconds within which half-open connections must be found
SECONDS_WITHOUT_MEMORY = 2.0
SLOW_ANSWER = 0.3  # seconds, the 99th percentile of the API meanwhile


@pytest.mark.parametrize("seconds", [6, pytest.param(60, marks=pytest.mark.long)])
def test_redis_hangs_while_all_slots_are_busy(stack: FaultStack, promise: Promise, seconds: int) -> None:
    """F7: longer than any timeout of its clients, who cannot say that they have done their work."""
    slots = len(stack.workers)
    busy = promise.journal.post(["x"] * int(slots * min(seconds + 2, 25) / SECONDS_PER_RECORD))
    wait_until(lambda: len(stack.leases()) == slots, 20, "all slots to be busy")
    redis = stack.parts["redis"].running
    redis.send_to_group(signal.SIGSTOP)
    with latency_of(lambda: stack.batch(busy)) as latency:
        Event().wait(seconds)
    redis.send_to_group(signal.SIGCONT)
    assert latency.percentile(99) < SLOW_ANSWER
    stack.wait_finished(promise.journal.post(["y"] * 10), NEXT_START)
    promise.holds(CONVERGE + 10)


def test_half_open_connections_to_redis_are_found(stack: FaultStack, promise: Promise) -> None:
    """F10: a firewall has forgotten them; nothing comes on them any more, not even their end."""
    assert stack.redis_proxy.fall_silent() >= len(stack.workers) + 1
    promise.journal.post(["x"] * 1000)
    promise.holds(RECONNECT)


@pytest.mark.parametrize("losses", [4, pytest.param(10, marks=pytest.mark.long)])
def test_answers_to_bells_are_lost(stack: FaultStack, promise: Promise, losses: int) -> None:
    """F11: the bell has rung all the same, so it rings twice; nothing is computed twice."""
    stack.redis_proxy.lose_answers_to = b"LPUSH"
    for _ in range(losses):
        stack.redis_proxy.losses = 1
        promise.journal.post(["x"] * 1500)
        promise.holds()
        assert stack.redis_proxy.losses == 0
    assert attempts_per_chunk(stack, promise) == 1


def attempts_per_chunk(stack: FaultStack, promise: Promise) -> float:
    ids = ",".join(f"'{batch_id}'" for batch_id in promise.journal.batches())
    ((attempts, chunks),) = stack.query(f"SELECT sum(attempts), count(*) FROM importer.chunk WHERE batch_id IN ({ids})")
    return float(attempts) / float(chunks)


def test_redis_has_no_memory_left(stack: FaultStack, promise: Promise) -> None:
    """F12: it refuses every bell, and no worker goes away because of it."""
    pids = [worker.running.pid for worker in stack.workers]
    with contextlib.closing(stack.redis_client()) as client:
        client.config_set("maxmemory", "1")
        try:
            with promise.journal.feeding(6):
                wait_until(lambda: "errorstat_OOM" in client.info("errorstats"), 20, "a bell to be refused")
            assert promise.journal.refusals == []
            Event().wait(SECONDS_WITHOUT_MEMORY)
        finally:
            client.config_set("maxmemory", "0")
    promise.holds(CONVERGE)
    assert [worker.running.pid for worker in stack.workers if worker.running.is_running()] == pids
