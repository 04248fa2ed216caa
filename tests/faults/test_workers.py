"""Workers that are killed, paused, poisoned, told to end, or hear no answer."""

import signal
import time

from tests.faults.conftest import Promise
from tests.support.faults.fault_worker import DIES_ONCE, POISON
from tests.support.stacks.faults import CONVERGE, LEASE, SERVERS, FaultStack
from tests.support.stacks.importer import Part
from tests.support.waiting import wait_until

GRACE = 20  # seconds


def test_worker_groups_are_killed_while_they_compute(stack: FaultStack, promise: Promise) -> None:
    """F1."""
    with promise.journal.feeding(8):
        for _ in range(4):
            stack.parts[stack.wait_computing()].restart()
    promise.holds()


def test_child_that_dies_once_costs_one_more_attempt(stack: FaultStack, promise: Promise) -> None:
    """F2: an out-of-memory kill looks like this.

    Celery may miss the end of a child until it looks at all of them, each 5 s: then the lease is over before, and no
    death is counted.
    """
    batch_id = promise.journal.post(["a"] * 600 + [DIES_ONCE] + ["b"] * 600)
    promise.holds()
    assert stack.batch(batch_id)["state"] == "done"
    attempts = stack.query(f"SELECT sum(attempts), sum(deaths) FROM importer.chunk WHERE batch_id = '{batch_id}'")
    assert attempts in ([(3, 1)], [(3, 0)])


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


BACK_WITHIN = 15  # seconds on a busy machine, with a lease of 30; `make bench` has the figure of a quiet one


def test_worker_that_was_killed_takes_its_chunk_again_long_before_its_lease_ends(
    stack: FaultStack, promise: Promise
) -> None:
    """F1: its parent dies with all its children, and what a supervisor starts in its place has its name."""
    with stack.changed("worker-api", LEASE_SECONDS="30"):
        promise.journal.post(["x"] * 30_000)
        victim = stack.parts[stack.wait_computing()]
        victim.kill()
        killed = time.monotonic()
        held = stack.query(
            f"SELECT batch_id, first_row FROM importer.chunk WHERE state = 'leased' AND worker = '{victim.name}'"
        )
        victim.start()
        wait_until(lambda: not still_held(stack, held), BACK_WITHIN + 20, "the killed worker's chunk to be taken again")
        assert time.monotonic() - killed <= BACK_WITHIN
        promise.holds(within=60)


def still_held(stack: FaultStack, held: list[tuple[object, ...]]) -> bool:
    """Whether nobody has claimed these chunks since."""
    (batch_id, first_row), *_ = held
    rows = stack.query(
        f"SELECT FROM importer.chunk WHERE batch_id = '{batch_id}' AND first_row = {first_row} AND expired = 0"
    )
    return bool(rows)


def test_children_that_outlive_their_killed_parent_harm_nothing(stack: FaultStack, promise: Promise) -> None:
    """They go on with what they hold, under a name that has another incarnation by then."""
    with stack.changed("worker-api", LEASE_SECONDS="30"), promise.journal.feeding(6):
        victim = stack.parts[stack.wait_computing()]
        victim.running.send(signal.SIGKILL)
        victim.running.wait()
        victim.start()
    promise.holds(within=60)


def test_second_worker_of_one_name_is_refused_with_a_sentence(stack: FaultStack, promise: Promise) -> None:
    first = stack.workers[0]
    twin = Part("twin", first.command, {**first.env, "HEARTBEAT_FILE": ""}, stack.folder / "twin.log")
    with promise.journal.feeding(6):
        twin.start()
        wait_until(lambda: "Another worker is heard under the name" in twin.log.read_text(), 30, "the twin's refusal")
    promise.holds()
    assert stack.query(f"SELECT sum(expired) FROM importer.chunk WHERE worker = '{first.name}'") != [(None,)]
    assert twin.running.stop() == 0
    assert [worker for worker in stack.get("/api/importer/workers")["items"] if worker["name"] == first.name]
