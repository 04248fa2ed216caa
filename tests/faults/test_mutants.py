"""The fault tests themselves: with a promise broken on purpose, they must say so."""

import contextlib
import signal
import threading
from collections.abc import Iterator

import pytest
import requests

from tests.faults.test_life import make_again
from tests.faults.test_overload import SLOTS, done_meanwhile
from tests.support.faults.journal import Journal
from tests.support.faults.load_journal import LoadJournal
from tests.support.servers.clocks import clock
from tests.support.servers.processes import python
from tests.support.stacks.faults import CONVERGE, LEASE, FaultStack
from tests.support.stacks.importer import gunicorn
from tests.support.waiting import wait_until

UNFENCED = "tests.support.faults.unfenced_worker_api:app"
FORGETFUL_CATALOG = "tests.support.faults.forgetful_catalog:app"
FORGETFUL_IMPORTER = "tests.support.faults.forgetful_importer:app"
HASTY_IMPORTER = "tests.support.faults.hasty_importer:app"
UNFAIR = "tests.support.faults.unfair_worker_api:app"
OWN_CLOCK = "tests.support.faults.own_clock_worker_api:app"
HEEDLESS = "tests.support.faults.heedless_dispatcher"
FORGETFUL = "tests.support.faults.forgetful_dispatcher"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultStack]:
    """One of their own: they leave behind what the other tests must not find."""
    stack = FaultStack(tmp_path_factory.mktemp("mutants"))
    try:
        stack.start()
        yield stack
    finally:
        stack.stop()


@contextlib.contextmanager
def mutant(stack: FaultStack, name: str, command: list[str], **env: str) -> Iterator[None]:
    """The process of this name is another one until the end of the block."""
    part = stack.parts[name]
    honest = part.command
    part.command = command
    try:
        with stack.changed(name, **env):
            yield
            part.command = honest
    finally:
        part.command = honest


def test_without_the_fence_a_late_report_changes_a_finished_batch(stack: FaultStack) -> None:
    """With it, ``test_worker_that_wakes_after_its_lease_writes_nothing`` finds nothing changed."""
    with mutant(stack, "worker-api", gunicorn(UNFENCED)):
        journal = Journal(stack)
        journal.post(["x"] * 900)
        zombie = stack.parts[stack.wait_computing()]
        zombie.running.send_to_group(signal.SIGSTOP)
        journal.wait_finished(LEASE + CONVERGE)
        zombie.running.send_to_group(signal.SIGCONT)
        wait_until(lambda: "came too late" in zombie.log.read_text(), 20, "the zombie's late report")
        assert journal.check().changed == 1


def test_where_redis_is_trusted_a_lost_bell_leaves_its_batch_lying(stack: FaultStack) -> None:
    """Where it is not, ``test_redis_is_emptied_again_and_again`` finds every batch finished."""
    with mutant(stack, "dispatcher", python("-m", FORGETFUL)):
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


def test_without_the_catalogs_ledger_a_lost_answer_applies_rows_twice(stack: FaultStack) -> None:
    """With it, ``test_answers_of_the_catalog_are_lost`` finds every row created once."""
    with mutant(stack, "catalog", gunicorn(FORGETFUL_CATALOG)):
        journal = LoadJournal(stack)
        before = stack.catalog_proxy.dropped
        stack.catalog_proxy.drop_every = 2
        journal.post(4000)
        wait_until(lambda: stack.catalog_proxy.dropped > before, 20, "a lost answer")
        stack.catalog_proxy.drop_every = 0
        journal.wait_finished(CONVERGE)
        assert journal.check().twice > 0


def test_without_the_catalogs_ledger_an_undo_takes_a_row_twice(stack: FaultStack) -> None:
    """With it, ``test_dispatcher_killed_during_an_undo_takes_nothing_twice`` finds the row that was made again."""
    with mutant(stack, "catalog", gunicorn(FORGETFUL_CATALOG)):
        journal = LoadJournal(stack)
        batch_id = journal.post(1000)
        journal.wait_finished(CONVERGE)
        stack.catalog_proxy.drop_every = 1
        made_again = make_again(stack, journal.undo(batch_id))
        address = f"{stack.catalog_url}/api/groups/{made_again}"
        wait_until(lambda: requests.get(address, timeout=10).status_code == 404, CONVERGE, "the row to be taken again")
        stack.catalog_proxy.drop_every = 0
        journal.wait_finished(CONVERGE)


def test_without_the_clients_key_a_lost_answer_makes_two_batches(stack: FaultStack) -> None:
    """With it, ``test_answer_to_a_commit_is_lost`` finds one."""
    with mutant(stack, "importer", gunicorn(FORGETFUL_IMPORTER)):
        journal = Journal(stack)
        stack.postgres_proxy.lose_answers_to, stack.postgres_proxy.losses = b"COMMIT\0", 1
        journal.post(["x"] * 100)
        journal.wait_finished(CONVERGE)
        assert journal.check().phantom == 1


def test_without_one_transaction_a_killed_importer_leaves_half_a_batch(stack: FaultStack) -> None:
    """With it, ``test_importer_is_killed_in_the_middle_of_an_upload`` finds all of it, or nothing."""
    with mutant(stack, "importer", gunicorn(HASTY_IMPORTER)):
        journal = Journal(stack)
        client = threading.Thread(target=journal.post, args=(["x"] * 200_000,), daemon=True)
        client.start()
        wait_until(lambda: stack.query("SELECT 1 FROM importer.batch WHERE rows = 0"), 20, "a batch without rows")
        stack.parts["importer"].restart()
        stack.wait_ready()
        client.join(60)
        assert stack.query("SELECT count(*) FROM importer.batch WHERE rows = 0") == [(1,)]


def test_where_the_oldest_batch_goes_first_a_flood_keeps_everybody_waiting(stack: FaultStack) -> None:
    """Where it does not, ``test_flood_of_one_source_keeps_another_waiting_for_two_chunks_at_most`` finds it done."""
    with mutant(stack, "worker-api", gunicorn(UNFAIR)):
        flood = stack.post_rows(100_000)
        stack.wait_computing()
        small = stack.post_rows(10)
        wait_until(lambda: done_meanwhile(stack, flood, small) > 2 * SLOTS, CONVERGE, "chunks of the flood alone")


def test_where_leases_follow_a_wrong_clock_work_is_handed_out_again(stack: FaultStack) -> None:
    """Where they do not, ``test_clock_of_a_worker_and_its_importer_is_wrong`` finds every chunk computed once."""
    with mutant(stack, "worker-api", gunicorn(OWN_CLOCK), **clock(-3600)):
        stack.post_rows(8000)
        again = "SELECT 1 FROM importer.chunk WHERE expired > 0"
        wait_until(lambda: stack.query(again), 20, "a chunk that is handed out again")


def test_dispatcher_that_heeds_no_cancel_applies_rows_that_no_result_names(stack: FaultStack) -> None:
    """With one that does, ``test_cancel_under_fire_leaves_nothing_that_it_did_not_report`` finds none."""
    with mutant(stack, "dispatcher", python("-m", HEEDLESS)):
        catalog = stack.parts["catalog"].running
        catalog.send_to_group(signal.SIGSTOP)
        journal = LoadJournal(stack)
        batch_id = journal.post(4000)
        computed = f"SELECT 1 FROM importer.chunk WHERE batch_id = '{batch_id}' HAVING count(output) = count(*)"
        wait_until(lambda: stack.query(computed), 20, "the load to be computed")
        journal.cancel(batch_id)
        catalog.send_to_group(signal.SIGCONT)
        journal.wait_finished(CONVERGE)
        wait_until(lambda: journal.check().phantom > 0, CONVERGE, "rows that no result names")
