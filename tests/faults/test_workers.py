"""Workers that are killed, paused, poisoned, told to end, or hear no answer."""

import signal

from tests.faults.conftest import Promise
from tests.support.fault_stack import CONVERGE, LEASE, SERVERS, FaultStack
from tests.support.fault_worker import DIES_ONCE, POISON
from tests.support.stack import Part
from tests.support.waiting import wait_until

GRACE = 20  # seconds


def test_worker_groups_are_killed_while_they_compute(stack: FaultStack, promise: Promise) -> None:
    """F1."""
    with promise.journal.feeding(8):
        for _ in range(4):
            stack.parts[stack.wait_computing()].restart()
    promise.holds()


def test_child_that_dies_once_costs_one_more_attempt(stack: FaultStack, promise: Promise) -> None:
    """F2: an out-of-memory kill looks like this."""
    batch_id = promise.journal.post(["a"] * 600 + [DIES_ONCE] + ["b"] * 600)
    promise.holds()
    assert stack.batch(batch_id)["state"] == "done"
    attempts = stack.query(f"SELECT sum(attempts), sum(deaths) FROM importer.chunk WHERE batch_id = '{batch_id}'")
    assert attempts == [(3, 1)]


def test_record_that_always_kills_is_the_only_one_that_fails(stack: FaultStack, promise: Promise) -> None:
    """F3: two deaths split the chunk, until the poison stands alone."""
    batch_id = promise.journal.post(["a"] * 9 + [POISON] + ["b"] * 6)
    promise.holds(within=CONVERGE + 20)
    failed = [line for line in stack.results(batch_id) if line["outcome"] != "ok"]
    assert [(line["row"], line["code"]) for line in failed] == [(10, "worker_lost")]


def test_worker_that_wakes_after_its_lease_writes_nothing(stack: FaultStack, promise: Promise) -> None:
    """F4: a zombie's report comes too late, and the finished batch stays as it was read."""
    promise.journal.post(["x"] * 1500)
    zombie = stack.parts[stack.wait_computing()]
    zombie.running.send_to_group(signal.SIGSTOP)
    promise.journal.wait_finished(LEASE + CONVERGE)
    before = zombie.log.read_text().count("came too late")
    zombie.running.send_to_group(signal.SIGCONT)
    wait_until(lambda: zombie.log.read_text().count("came too late") > before, 20, "the zombie's late report")
    promise.holds()


def test_lost_answers_are_asked_for_again(stack: FaultStack, promise: Promise) -> None:
    """Claims and reports whose answer is lost after the commit: each repeat gets what was lost, and no second chunk."""
    stack.proxy.drop_every = 3
    try:
        with promise.journal.feeding(6):
            wait_until(lambda: stack.proxy.dropped >= 6, 30, "six lost answers")
        promise.journal.wait_finished(CONVERGE)
    finally:
        stack.proxy.drop_every = 0
    promise.holds()


def end(parts: list[Part]) -> None:
    """SIGTERM for all at once; each must go by itself, within the grace that the compose files give."""
    for part in parts:
        part.running.send(signal.SIGTERM)
    assert [part.running.wait(GRACE) for part in parts] == [0] * len(parts)


def test_workers_told_to_end_finish_or_give_back_what_they_hold(stack: FaultStack, promise: Promise) -> None:
    """F20: an upgrade, workers first. Nothing is computed twice."""
    with promise.journal.feeding(6):
        stack.wait_computing()
        end(stack.workers)
        end([stack.parts["dispatcher"], stack.parts["worker-api"]])
        stack.start_missing()
    promise.holds()
    ids = ",".join(f"'{batch_id}'" for batch_id in promise.journal.batches())
    assert stack.query(f"SELECT max(attempts), max(expired) FROM importer.chunk WHERE batch_id IN ({ids})") == [(1, 0)]


def test_everything_told_to_end_at_once_goes_in_time(stack: FaultStack, promise: Promise) -> None:
    """A worker whose importer is gone already does not wait for it: the lease gives its chunk back."""
    with promise.journal.feeding(6):
        stack.wait_computing()
        end([part for name, part in stack.parts.items() if name not in SERVERS])
        stack.start_missing()
    promise.holds()
