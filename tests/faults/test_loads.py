"""Loads under fire: whatever dies between the ledger and the catalog, every row is created, once."""

import math
import signal
import time
from threading import Event

import pytest

from importer.dispatcher.apply_loop import APPLY_LOOPS
from tests.support.faults.load_journal import LoadJournal
from tests.support.servers.services import is_ready
from tests.support.stacks.faults import CONVERGE, LEASE, FaultStack
from tests.support.stacks.importer import Part, gunicorn
from tests.support.waiting import wait_until

ROWS = 4000
IDLE = 2.0  # seconds until a dispatcher that waited looks again


def wait_applying(stack: FaultStack) -> None:
    """Until the dispatcher has chunks of a load to apply."""
    query = "SELECT 1 FROM importer.chunk WHERE state = 'applying' LIMIT 1"
    wait_until(lambda: stack.query(query), 20, "a chunk that waits for the catalog")


def test_catalog_is_killed_again_and_again(stack: FaultStack, journal: LoadJournal) -> None:
    """F19, away."""
    for _ in range(4):
        journal.post(ROWS)
        wait_applying(stack)
        stack.parts["catalog"].restart()
        wait_until(lambda: is_ready(stack.catalog_url), 20, "the catalog")
    journal.holds(CONVERGE)
    assert stack.query("SELECT count(*) FROM importer.chunk WHERE refusals > 0") == [(0,)]


def test_catalog_hangs_for_a_while(stack: FaultStack, journal: LoadJournal) -> None:
    """F19, slow: other work goes on meanwhile, and nothing is counted against a row."""
    catalog = stack.parts["catalog"].running
    catalog.send_to_group(signal.SIGSTOP)
    load = journal.post(ROWS)
    wait_applying(stack)
    other = stack.post_rows(2000)
    assert stack.wait_finished(other)["outcomes"]["ok"] == 2000
    assert stack.batch(load)["state"] == "running"
    catalog.send_to_group(signal.SIGCONT)
    journal.holds(CONVERGE)


@pytest.mark.parametrize("seconds", [1, pytest.param(5, marks=pytest.mark.long)])
def test_catalog_is_slow(stack: FaultStack, journal: LoadJournal, seconds: int) -> None:
    """F19, slow: no more calls wait than there are loops, and nothing is asked twice or counted against a row."""
    stack.catalog_proxy.delay = seconds
    load = journal.post(ROWS)
    wait_applying(stack)
    chunks = len(stack.query(f"SELECT 1 FROM importer.chunk WHERE batch_id = '{load}'"))
    in_flight = stack.query("SELECT count(*) FROM importer.chunk WHERE state = 'applying' AND due_at > now()")
    assert in_flight[0][0] <= APPLY_LOOPS
    journal.holds(seconds * math.ceil(chunks / APPLY_LOOPS) + CONVERGE)
    assert_nothing_counted(stack)


@pytest.mark.parametrize("seconds", [3, pytest.param(120, marks=pytest.mark.long)])
def test_catalog_answers_500_for_a_while(stack: FaultStack, journal: LoadJournal, seconds: int) -> None:
    """F19, ill: whatever it says to rows while it is not ready, it does not mean the rows."""
    catalog = stack.parts["catalog"]
    well = catalog.command
    catalog.command = gunicorn("tests.support.faults.ill_catalog:app")
    catalog.restart()
    try:
        for _ in range(2):
            journal.post(ROWS)
        wait_applying(stack)
        Event().wait(seconds)
    finally:
        catalog.command = well
        catalog.restart()
    wait_until(lambda: is_ready(stack.catalog_url), 20, "the catalog")
    started = time.monotonic()
    journal.holds(CONVERGE)
    drained = time.monotonic() - started
    assert_nothing_counted(stack)
    started = time.monotonic()
    for _ in range(2):
        journal.post(ROWS)
    journal.holds(CONVERGE)
    assert drained < 2 * (time.monotonic() - started) + IDLE


@pytest.mark.long
def test_catalog_and_redis_are_away_for_two_minutes(stack: FaultStack, journal: LoadJournal) -> None:
    """F8 and F19, away: posts are taken at their usual pace, nothing piles up anywhere, and it all drains."""
    for name in ("catalog", "redis"):
        stack.parts[name].kill()
    for _ in range(12):
        journal.post(ROWS)
        Event().wait(10)
    stack.start_missing()
    journal.holds(CONVERGE + 20)
    assert_nothing_counted(stack)


def assert_nothing_counted(stack: FaultStack) -> None:
    query = (
        "SELECT count(*) FROM importer.chunk WHERE refusals > 0 OR failures > 0 OR state = 'done' AND failed_rows > 0"
    )
    assert stack.query(query) == [(0,)]


def test_answers_of_the_catalog_are_lost(stack: FaultStack, journal: LoadJournal) -> None:
    """After the commit: a repeat must find what the first call did."""
    before = stack.catalog_proxy.dropped
    stack.catalog_proxy.drop_every = 2
    for _ in range(3):
        journal.post(ROWS)
    wait_until(lambda: stack.catalog_proxy.dropped >= before + 3, 30, "three lost answers")
    stack.catalog_proxy.drop_every = 0
    journal.holds(CONVERGE)


def test_dispatcher_is_killed_while_it_applies(stack: FaultStack, journal: LoadJournal) -> None:
    """F18. What it held is due again when its lease ends."""
    for _ in range(4):
        journal.post(ROWS)
        wait_applying(stack)
        stack.parts["dispatcher"].restart()
    journal.holds(CONVERGE)


def test_two_dispatchers_apply_the_same_loads(stack: FaultStack, journal: LoadJournal) -> None:
    first = stack.parts["dispatcher"]
    second = Part("second", first.command, first.env, stack.folder / "dispatcher-2.log")
    second.start()
    try:
        for _ in range(3):
            journal.post(ROWS)
        journal.holds(CONVERGE)
    finally:
        second.running.stop()


def test_dispatcher_that_wakes_after_its_lease_changes_nothing(stack: FaultStack, journal: LoadJournal) -> None:
    """F4 for the dispatcher: it sleeps in the middle of a call, and another one does its work meanwhile."""
    first = stack.parts["dispatcher"]
    stack.catalog_proxy.delay = 1
    journal.post(ROWS)
    wait_until(lambda: stack.query("SELECT 1 FROM importer.chunk WHERE state = 'applying' AND offered"), 20, "a call")
    first.running.send_to_group(signal.SIGSTOP)
    stack.catalog_proxy.delay = 0
    second = Part("second", first.command, first.env, stack.folder / "dispatcher-2.log")
    second.start()
    try:
        journal.wait_finished(LEASE + CONVERGE)
        first.running.send_to_group(signal.SIGCONT)
        journal.post(ROWS)
        journal.holds(CONVERGE)
    finally:
        first.running.send_to_group(signal.SIGCONT)
        second.running.stop()


def test_postgresql_is_killed_while_loads_are_applied(stack: FaultStack, journal: LoadJournal) -> None:
    """F14."""
    for _ in range(2):
        journal.post(ROWS)
        wait_applying(stack)
        stack.kill_postgres()
        stack.start_server("postgres")
    journal.holds(CONVERGE)


def test_workers_are_killed_while_they_compute_a_load(stack: FaultStack, journal: LoadJournal) -> None:
    """F1."""
    for worker in stack.workers:
        journal.post(ROWS)
        stack.wait_computing()
        worker.restart()
    journal.holds(CONVERGE)


def test_everything_is_killed_while_loads_are_applied(stack: FaultStack, journal: LoadJournal) -> None:
    """F25."""
    journal.post(ROWS)
    wait_applying(stack)
    stack.kill_everything()
    stack.start_missing()
    stack.wait_ready()
    journal.holds(CONVERGE)
