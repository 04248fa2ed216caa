"""Loads under fire: whatever dies between the ledger and the catalog, every row is created, once."""

import signal

import pytest

from tests.support.fault_stack import CONVERGE, FaultStack
from tests.support.load_journal import LoadJournal
from tests.support.services import is_ready
from tests.support.stack import Part
from tests.support.waiting import wait_until

ROWS = 4000


@pytest.fixture
def journal(stack: FaultStack) -> LoadJournal:
    return LoadJournal(stack)


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
