"""The ledger bears failures, deaths and cancels: what goes wrong is split, and nothing hangs."""

import json
import threading

from importer.ledger.batch_end import cancel
from importer.ledger.lease import fail, lose
from importer.ledger.results import results
from importer.ledger.split import split_expired
from tests.support.importer.ledger import Ledger


def test_fail_waits_longer_each_time_and_then_splits(ledger: Ledger) -> None:
    batch_id = ledger.accept(10)
    pauses = []
    for _ in range(5):
        assert fail(ledger.engine, ledger.must_claim().token, "boom", "It went wrong.")
        pauses += ledger.column("SELECT extract(epoch FROM max(due_at) - now())::float FROM importer.chunk")
        ledger.run("UPDATE importer.chunk SET due_at = now()")
    assert 3.5 < float(str(pauses[0])) < 6.5
    assert 30 < float(str(pauses[3])) < 49
    assert ledger.states(batch_id) == ["ready"] * 10


def test_lose_splits_at_the_second_death_until_the_poison_is_alone(ledger: Ledger) -> None:
    batch_id = ledger.accept(40, chunk_rows=40)
    deaths = 0
    while chunk := ledger.claim(delivery="d9"):
        if any(record and record["id"] == 23 for record in json.loads(chunk.records)):
            assert lose(ledger.engine, "w1", "d9", "worker_lost") == 1
            deaths += 1
        else:
            assert ledger.report(chunk).accepted
    lines = [json.loads(line) for line in b"".join(results(ledger.engine, batch_id, None)).splitlines()]
    assert [line["row"] for line in lines] == list(range(1, 41))
    failed = [line for line in lines if line["outcome"] == "failed"]
    assert [(line["row"], line["code"], line["id"]) for line in failed] == [(23, "worker_lost", 23)]
    assert deaths <= 6


def test_lose_of_another_worker_or_delivery_does_nothing(ledger: Ledger) -> None:
    ledger.accept(10)
    ledger.must_claim(delivery="d1")
    assert lose(ledger.engine, "other", "d1", "worker_lost") == 0
    assert lose(ledger.engine, "w1", "other", "worker_lost") == 0


def test_split_expired_splits_what_ran_out_five_times(ledger: Ledger) -> None:
    batch_id = ledger.accept(10)
    for _ in range(5):
        assert split_expired(ledger.engine) == 0
        ledger.must_claim()
        ledger.expire_leases()
    assert ledger.claim() is None
    assert split_expired(ledger.engine) == 1
    assert ledger.states(batch_id) == ["ready"] * 10


def test_cancel_stops_what_is_not_done_and_refuses_late_reports(ledger: Ledger) -> None:
    batch_id = ledger.accept(30)
    assert ledger.report(ledger.must_claim()).accepted
    late = ledger.must_claim()
    assert cancel(ledger.engine, batch_id)
    assert not ledger.report(late).accepted
    assert ledger.states(batch_id) == ["done", "cancelled", "cancelled"]
    assert ledger.claim() is None


def test_cancel_of_a_finished_batch_leaves_it_finished(ledger: Ledger) -> None:
    batch_id = ledger.accept(10)
    ledger.report(ledger.must_claim())
    assert cancel(ledger.engine, batch_id)
    assert ledger.column("SELECT cancelled_at FROM importer.batch") == [None]


def test_cancel_against_splits_and_reports_ends_every_chunk(ledger: Ledger) -> None:
    """Deadlocks and pieces that escape a cancel would both show here."""
    for _ in range(15):
        batch_id = ledger.accept(200)
        errors: list[Exception] = []

        def work(number: int, seen: list[Exception] = errors) -> None:
            try:
                while chunk := ledger.claim(delivery=f"d{number}"):
                    if number % 2:
                        lose(ledger.engine, "w1", f"d{number}", "worker_lost")
                    else:
                        ledger.report(chunk)
            except Exception as error:  # noqa: BLE001 - a deadlock must fail the test, not a thread
                seen.append(error)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        cancel(ledger.engine, batch_id)
        for thread in threads:
            thread.join()
        assert errors == []
        assert set(ledger.states(batch_id)) <= {"done", "cancelled"}
