"""The ledger takes batches and gives chunks, one by one and at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from importer.ledger.accept import KeyReusedError
from importer.ledger.lease import release, renew
from stackroom_kit.problems import Problem
from tests.support.importer.ledger import LEASE, Ledger


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
    with pytest.raises(Problem, match="at least one row"):
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
