"""What goes when its time is over: payloads, rows and results, and in the end the marks of batches."""

import threading

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from importer.database import make_engine
from importer.dispatcher.periodic import Periodic
from importer.ledger.batch_end import FinishedBatches, close_finished, drop_payloads, expire_old, forget_marks
from stackroom_sql.engine import transaction
from tests.support.importer.ledger import Ledger, failed_batch, records_of
from tests.support.waiting import wait_until

BATCHES = "/api/importer/batches"


def test_batch_is_over_when_its_days_are(client: FlaskClient, ledger: Ledger) -> None:
    old, young = failed_batch(ledger), failed_batch(ledger)
    ledger.run("UPDATE importer.batch SET ended_at = now() - interval '31 days' WHERE id = :id", id=old)
    assert expire_old(ledger.engine, 30) == 1
    assert client.get(f"{BATCHES}/{old}").status_code == 410
    assert client.get(f"{BATCHES}/{young}").status_code == 200
    assert expire_old(ledger.engine, 30) == 0


def test_open_batch_is_never_over(ledger: Ledger) -> None:
    batch_id = ledger.accept(10)
    ledger.run("UPDATE importer.batch SET created_at = now() - interval '400 days'")
    assert expire_old(ledger.engine, 1) == 0
    assert ledger.states(batch_id) == ["ready"]


def test_finished_batches_are_closed_some_of_the_open_ones_at_a_time(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importer.ledger.batch_end.OPEN_PER_LOOK", 2)
    batches = [ledger.accept(10, queue=queue) for queue in ("cpu", "cpu", "cpu", "gpu")]
    finished = FinishedBatches(ledger.engine)
    assert [finished.close() for _ in range(3)] == [0, 0, 0]
    for batch_id in (batches[1], batches[2]):
        ledger.run("UPDATE importer.chunk SET state = 'done' WHERE batch_id = :id", id=batch_id)
    assert sum(finished.close() for _ in range(3)) == 2
    assert finished.close() == 0
    assert set(ledger.column("SELECT id FROM importer.batch WHERE open")) == {batches[0], batches[3]}


def test_sweeps_take_batches_up_to_their_rows_and_one_at_least(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        ledger.accept(10)
        ledger.report(ledger.must_claim())
    close_finished(ledger.engine)
    ledger.run("UPDATE importer.batch SET ended_at = now() - interval '31 days'")
    monkeypatch.setattr("importer.ledger.batch_end.SWEEP", {"batches": 500, "rows": 15})
    assert [drop_payloads(ledger.engine) for _ in range(3)] == [2, 2, 0]
    monkeypatch.setattr("importer.ledger.batch_end.SWEEP", {"batches": 500, "rows": 1})
    assert [expire_old(ledger.engine, 30) for _ in range(5)] == [1, 1, 1, 1, 0]


def test_mark_of_an_expired_batch_goes_in_the_end_and_frees_its_key(client: FlaskClient, ledger: Ledger) -> None:
    batch_id = ledger.accept(1, key="monday")
    ledger.report(ledger.must_claim())
    close_finished(ledger.engine)
    client.delete(f"{BATCHES}/{batch_id}")
    assert forget_marks(ledger.engine, 365) == 0
    ledger.run("UPDATE importer.batch SET expired_at = now() - interval '366 days'")
    assert forget_marks(ledger.engine, 365) == 1
    assert client.get(f"{BATCHES}/{batch_id}").status_code == 404
    assert ledger.accept(1, key="monday") != batch_id


def test_sweep_waits_a_second_for_a_lock_and_the_others_go_on(ledger: Ledger, ledger_uri: str) -> None:
    """As while VACUUM FULL has a table."""
    engine = make_engine(ledger_uri, 1, lock_seconds=1)
    for _ in range(2):
        ledger.accept(10)
        ledger.report(ledger.must_claim())
    close_finished(ledger.engine)
    ledger.run("UPDATE importer.batch SET ended_at = now() - interval '31 days'")
    stop = threading.Event()
    steps = [("expire", lambda: expire_old(engine, 30)), ("drop", lambda: drop_payloads(engine))]
    upkeep = threading.Thread(target=Periodic(steps, stop).run)
    with transaction(ledger.engine) as holder:
        holder.execute(text("LOCK importer.refused_row"))
        upkeep.start()
        wait_until(lambda: ledger.column("SELECT count(*) FROM importer.batch WHERE has_payloads") == [0], 10)
        assert ledger.column("SELECT count(*) FROM importer.chunk") == [2]
    wait_until(lambda: ledger.column("SELECT count(*) FROM importer.chunk") == [0], 10)
    stop.set()
    upkeep.join()


def test_payloads_go_when_nothing_failed_and_results_stay(client: FlaskClient, ledger: Ledger) -> None:
    failed = failed_batch(ledger)
    good = ledger.accept(10)
    ledger.report(ledger.must_claim())
    close_finished(ledger.engine)
    assert drop_payloads(ledger.engine) == 1
    assert ledger.column("SELECT records FROM importer.chunk WHERE batch_id = :id", id=good) == [""]
    assert len(client.get(f"{BATCHES}/{good}/results").data.splitlines()) == 10
    assert len(records_of(ledger, failed)) == 30
    assert drop_payloads(ledger.engine) == 0
