"""Cancel, retry, undo and delete while things die: what was answered holds, and nothing happens twice."""

import json

import pytest
import requests

from tests.support.faults.load_journal import LoadJournal
from tests.support.stacks.faults import CONVERGE, FaultStack
from tests.support.stacks.importer import FINISHED
from tests.support.waiting import wait_until

ROWS = 8000


def wait_rows(stack: FaultStack, batch_id: str, state: str) -> None:
    """Until some rows of the batch are in this state of the ledger."""
    query = f"SELECT 1 FROM importer.chunk WHERE batch_id = '{batch_id}' AND state = '{state}' LIMIT 1"
    wait_until(lambda: stack.query(query), 20, f"a chunk of {batch_id} that is {state}")


@pytest.mark.parametrize("part", ["dispatcher", "catalog", "worker-api", "importer"])
def test_cancel_under_fire_leaves_nothing_that_it_did_not_report(
    stack: FaultStack, journal: LoadJournal, part: str
) -> None:
    """Some chunks are applied, some on their way with their answers lost, some are computed, some not."""
    batch_id = journal.post(2 * ROWS)
    wait_rows(stack, batch_id, "done")
    before = stack.catalog_proxy.dropped
    stack.catalog_proxy.drop_every = 1
    wait_until(lambda: stack.catalog_proxy.dropped > before, 20, "a call without an answer")
    stack.parts[part].restart()
    journal.cancel(batch_id)
    stack.catalog_proxy.drop_every = 0
    journal.holds(CONVERGE)
    assert stack.batch(batch_id)["state"] == "cancelled"


def test_cancelled_load_is_retried_while_everything_is_killed(stack: FaultStack, journal: LoadJournal) -> None:
    batch_id = journal.post(ROWS)
    wait_rows(stack, batch_id, "done")
    journal.cancel(batch_id)
    journal.wait_finished(CONVERGE)
    again = journal.retry(batch_id)
    stack.parts["importer"].restart()
    assert journal.retry(batch_id) == again
    stack.parts["dispatcher"].restart()
    stack.parts["worker-0"].restart()
    journal.holds(CONVERGE)
    created = [stack.batch(name)["changes"]["created"] for name in (batch_id, again)]
    assert sum(created) == ROWS


def test_dispatcher_killed_during_an_undo_takes_nothing_twice(stack: FaultStack, journal: LoadJournal) -> None:
    """A row that somebody made again in between looks as the load made it, and is not the load's any more."""
    batch_id = journal.post(ROWS)
    journal.wait_finished(CONVERGE)
    stack.catalog_proxy.drop_every = 1
    before = stack.catalog_proxy.dropped
    undo = journal.undo(batch_id)
    wait_until(lambda: stack.catalog_proxy.dropped > before, 20, "a removal without an answer")
    stack.parts["dispatcher"].restart()
    made_again = make_again(stack, undo)
    stack.catalog_proxy.drop_every = 0
    journal.wait_finished(CONVERGE)
    assert stack.batch(undo)["changes"] == {"removed": ROWS}
    assert requests.get(f"{stack.catalog_url}/api/groups/{made_again}", timeout=10).status_code == 200
    requests.delete(f"{stack.catalog_url}/api/groups/{made_again}", timeout=10).raise_for_status()
    journal.holds(CONVERGE)


def make_again(stack: FaultStack, undo: str) -> int:
    """A row that the undo has taken away already, as it was."""
    query = f"SELECT records FROM importer.chunk WHERE batch_id = '{undo}' ORDER BY first_row LIMIT 1"
    row = int(json.loads(stack.query(query)[0][0])[0]["id"])
    address = f"{stack.catalog_url}/api/groups/"
    wait_until(lambda: requests.get(f"{address}{row}", timeout=10).status_code == 404, 20, "the removal")
    start = row // 100_000 * 100_000
    requests.post(address, json={"id": row, "name": f"{start}-{row - start}"}, timeout=10).raise_for_status()
    return row


def test_undo_while_its_parts_are_killed_leaves_no_row(stack: FaultStack, journal: LoadJournal) -> None:
    loads = [journal.post(ROWS // 2) for _ in range(2)]
    journal.wait_finished(CONVERGE)
    for load in loads:
        undo = journal.undo(load)
        stack.parts["importer"].restart()
        assert journal.undo(load) == undo
        stack.parts["dispatcher"].restart()
        stack.parts["catalog"].restart()
    journal.holds(CONVERGE)


def test_delete_of_a_batch_while_the_importer_is_killed_leaves_nothing_or_all(
    stack: FaultStack, journal: LoadJournal
) -> None:
    kept, gone = journal.post(1000), stack.post_rows(20_000)
    stack.wait_finished(gone)
    path = f"/api/importer/batches/{gone}"

    def is_deleted() -> bool:
        try:
            return stack.call("DELETE", path)[0] in {200, 410}
        except OSError:
            return False

    for _ in range(2):
        stack.parts["importer"].restart()
        wait_until(is_deleted, 20, "the deletion")
    assert stack.call("GET", path)[0] == 410
    assert stack.query(f"SELECT count(*) FROM importer.chunk WHERE batch_id = '{gone}'") == [(0,)]
    journal.holds(CONVERGE)
    assert stack.batch(kept)["state"] in FINISHED
