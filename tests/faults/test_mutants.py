"""The fault tests themselves: with a promise broken on purpose, they must say so."""

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.fault_stack import CONVERGE, LEASE, FaultStack
from tests.support.journal import Journal
from tests.support.load_journal import LoadJournal
from tests.support.processes import python
from tests.support.waiting import wait_until

UNFENCED = "tests.support.unfenced_worker_api:app"
FORGETFUL_CATALOG = "tests.support.forgetful_catalog:app"
FORGETFUL = "tests.support.forgetful_dispatcher"


@contextlib.contextmanager
def running(
    folder: Path,
    worker_api: str = "importer.worker_api.wsgi:app",
    dispatcher: str = "importer.dispatcher",
    catalog: str = "catalog.wsgi:app",
) -> Iterator[FaultStack]:
    stack = FaultStack(folder, worker_api=worker_api, catalog=catalog)
    stack.parts["dispatcher"].command = python("-m", dispatcher)
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


def test_without_the_fence_a_late_report_changes_a_finished_batch(tmp_path: Path) -> None:
    """With it, ``test_worker_that_wakes_after_its_lease_writes_nothing`` finds nothing changed."""
    with running(tmp_path, worker_api=UNFENCED) as stack:
        journal = Journal(stack)
        journal.post(["x"] * 900)
        zombie = stack.parts[stack.wait_computing()]
        zombie.running.send_to_group(signal.SIGSTOP)
        journal.wait_finished(LEASE + CONVERGE)
        zombie.running.send_to_group(signal.SIGCONT)
        wait_until(lambda: "came too late" in zombie.log.read_text(), 20, "the zombie's late report")
        assert journal.check().changed == 1


def test_where_redis_is_trusted_a_lost_bell_leaves_its_batch_lying(tmp_path: Path) -> None:
    """Where it is not, ``test_redis_is_emptied_again_and_again`` finds every batch finished."""
    with running(tmp_path, dispatcher=FORGETFUL) as stack:
        for worker in stack.workers:
            worker.kill()
        journal = Journal(stack)
        client = stack.redis_client()
        journal.post(["x"] * 900)
        wait_until(lambda: client.keys("*bell"), 10, "a bell")
        client.flushall()
        client.close()
        stack.start_missing()
        stack.wait_ready()
        with pytest.raises(AssertionError, match="all batches to finish"):
            journal.wait_finished(LEASE)


def test_without_the_catalogs_ledger_a_lost_answer_applies_rows_twice(tmp_path: Path) -> None:
    """With it, ``test_answers_of_the_catalog_are_lost`` finds every row created once."""
    with running(tmp_path, catalog=FORGETFUL_CATALOG) as stack:
        journal = LoadJournal(stack)
        stack.catalog_proxy.drop_every = 2
        journal.post(4000)
        wait_until(lambda: stack.catalog_proxy.dropped, 20, "a lost answer")
        stack.catalog_proxy.drop_every = 0
        journal.wait_finished(CONVERGE)
        assert journal.check().twice > 0
