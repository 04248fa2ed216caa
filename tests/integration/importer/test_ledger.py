"""The ledger's steps, one by one and against each other, on a real PostgreSQL."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from importer.ledger.accept import EmptyBatchError, KeyReusedError
from importer.ledger.cancel import cancel
from importer.ledger.failure import fail, lose
from importer.ledger.raw_text import NulInTextError
from importer.ledger.release import release
from importer.ledger.renew import renew
from importer.ledger.report import Report, WrongLineCountError, report
from importer.ledger.results import results
from importer.ledger.split import split_expired
from tests.support.ledger import LEASE, Ledger


def test_accept_makes_one_batch_of_fifty_parallel_posts_with_one_key(ledger: Ledger) -> None:
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: ledger.accept(30, key="k1"), range(50)))
    assert len(ids) == 1
    assert ledger.column("SELECT count(*) FROM importer.chunk") == [3]


def test_accept_refuses_a_key_that_belongs_to_another_digest(ledger: Ledger) -> None:
    ledger.accept(30, key="k1")
    with pytest.raises(KeyReusedError):
        ledger.accept(31, key="k1")
    assert ledger.column("SELECT count(*) FROM importer.batch") == [1]


def test_accept_leaves_nothing_of_an_empty_batch(ledger: Ledger) -> None:
    with pytest.raises(EmptyBatchError):
        ledger.accept(0)
    assert ledger.column("SELECT count(*) FROM importer.batch") == [0]


def test_claim_gives_the_same_chunk_again_to_the_same_token(ledger: Ledger) -> None:
    ledger.accept(30)
    first = ledger.must_claim("t1")
    assert ledger.claim("t1") == first
    assert ledger.must_claim("t2").first_row != first.first_row


def test_claim_gives_one_chunk_to_parallel_copies_of_one_claim(ledger: Ledger) -> None:
    ledger.accept(200)
    for number in range(10):
        token = f"t{number}"
        with ThreadPoolExecutor(6) as pool:
            rows = {chunk.first_row for chunk in pool.map(ledger.claim, [token] * 6) if chunk}
        assert len(rows) == 1


def test_claim_never_gives_a_chunk_twice_to_parallel_workers(ledger: Ledger) -> None:
    ledger.accept(400)
    with ThreadPoolExecutor(8) as pool:
        chunks = [chunk for chunk in pool.map(lambda _: ledger.claim(), range(60)) if chunk]
    assert len(chunks) == len({chunk.first_row for chunk in chunks})


def test_claim_serves_the_batch_served_least_recently(ledger: Ledger) -> None:
    big = ledger.accept(100)
    assert ledger.must_claim().batch_id == big
    small = ledger.accept(10)
    assert {ledger.must_claim().batch_id, ledger.must_claim().batch_id} == {big, small}


def test_claim_gives_nothing_of_another_queue_or_operation(ledger: Ledger) -> None:
    ledger.accept(10, queue="default")
    assert ledger.claim() is None


def test_claim_takes_an_expired_lease_and_fences_its_first_worker(ledger: Ledger) -> None:
    ledger.accept(10)
    zombie = ledger.must_claim()
    ledger.expire_leases()
    heir = ledger.must_claim()
    assert heir.first_row == zombie.first_row
    assert not ledger.report(zombie).accepted
    assert not renew(ledger.engine, zombie.token, 0, 0, LEASE)
    assert ledger.report(heir).accepted


def test_report_is_accepted_again_but_written_once(ledger: Ledger) -> None:
    batch_id = ledger.accept(10)
    chunk = ledger.must_claim()
    assert ledger.report(chunk).accepted
    changed = Report(chunk.token, ledger.output(chunk).replace(b"ok", b"no"))
    assert report(ledger.engine, changed, None, LEASE).accepted
    assert b"".join(results(ledger.engine, batch_id, False, None)) == ledger.output(chunk)


NASTY = "it's '' \\ \\' % %s %(token)s $1 :name ;-- \U0001f4da книга \x7f\u2028"


def test_report_is_kept_byte_for_byte_whatever_it_holds(ledger: Ledger) -> None:
    batch_id = ledger.accept(1)
    output = f'{{"row":1,"outcome":"ok","result":"{NASTY}"}}\n'.encode()
    assert report(ledger.engine, Report(ledger.must_claim().token, output), None, LEASE).accepted
    assert b"".join(results(ledger.engine, batch_id, False, None)) == output


@pytest.mark.parametrize(("text", "error"), [(b"\xff", UnicodeDecodeError), (b"\0", NulInTextError)])
def test_report_of_what_is_no_text_is_refused_and_writes_nothing(
    ledger: Ledger, text: bytes, error: type[Exception]
) -> None:
    ledger.accept(1)
    chunk = ledger.must_claim()
    with pytest.raises(error):
        report(ledger.engine, Report(chunk.token, b'{"row":1,"outcome":"ok","result":"%b"}\n' % text), None, LEASE)
    assert ledger.column("SELECT state FROM importer.chunk") == ["leased"]


def test_report_carries_the_next_claim_and_a_repeat_the_same_one(ledger: Ledger) -> None:
    ledger.accept(30)
    chunk = ledger.must_claim()
    following = ledger.claimant("next-token")
    first = ledger.report(chunk, following)
    again = ledger.report(chunk, following)
    assert first.next_chunk is not None
    assert first.next_chunk.first_row != chunk.first_row
    assert again == first


def test_report_of_the_last_chunk_carries_no_claim(ledger: Ledger) -> None:
    ledger.accept(10)
    outcome = ledger.report(ledger.must_claim(), ledger.claimant())
    assert outcome.accepted
    assert outcome.next_chunk is None


def test_report_that_is_refused_claims_nothing(ledger: Ledger) -> None:
    ledger.accept(30)
    stale = ledger.must_claim()
    ledger.expire_leases()
    ledger.must_claim()
    assert not ledger.report(stale, ledger.claimant("greedy")).accepted
    assert ledger.column("SELECT count(*) FROM importer.chunk WHERE token = 'greedy'") == [0]


def test_report_with_a_missing_line_is_refused(ledger: Ledger) -> None:
    ledger.accept(10)
    chunk = ledger.must_claim()
    cut = b"".join(ledger.output(chunk).splitlines(keepends=True)[:-1])
    with pytest.raises(WrongLineCountError):
        report(ledger.engine, Report(chunk.token, cut), None, LEASE)
    assert ledger.report(chunk).accepted


def test_renew_moves_the_end_of_the_lease(ledger: Ledger) -> None:
    ledger.accept(10)
    chunk = ledger.must_claim()
    ledger.expire_leases()
    assert renew(ledger.engine, chunk.token, 3, 10, LEASE)
    assert ledger.claim() is None


def test_release_gives_the_chunk_back_without_counting_the_attempt(ledger: Ledger) -> None:
    ledger.accept(10)
    assert release(ledger.engine, ledger.must_claim().token)
    assert ledger.must_claim().attempts == 1


def test_release_can_name_a_pause(ledger: Ledger) -> None:
    ledger.accept(10)
    assert release(ledger.engine, ledger.must_claim().token, pause_seconds=60)
    assert ledger.claim() is None


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
    lines = [json.loads(line) for line in b"".join(results(ledger.engine, batch_id, False, None)).splitlines()]
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
