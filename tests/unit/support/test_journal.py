"""The comparison on which every fault test rests."""

from typing import Any

from tests.support.faults.journal import Verdict, compare

PAYLOADS = ["a", "b", "c"]


def line(row: int, payload: str) -> dict[str, Any]:
    return {"row": row, "outcome": "ok", "result": {"payload": payload}}


def verdict(*lines: dict[str, Any]) -> Verdict:
    found = Verdict()
    compare(PAYLOADS, list(lines), found)
    return found


def test_results_of_every_row_are_clean() -> None:
    failed = {"row": 3, "outcome": "failed", "code": "worker_lost", "payload": "c"}
    assert verdict(line(1, "a"), line(2, "b"), failed).is_clean()


def test_missing_row_is_lost() -> None:
    assert verdict(line(1, "a"), line(3, "c")) == Verdict(rows=3, lost=1)


def test_row_that_comes_again_is_there_twice() -> None:
    assert verdict(line(1, "a"), line(2, "b"), line(2, "b"), line(3, "c")) == Verdict(rows=3, twice=1)


def test_row_that_nobody_sent_is_a_phantom() -> None:
    assert verdict(line(1, "a"), line(2, "b"), line(3, "c"), line(4, "d")) == Verdict(rows=3, phantom=1, wrong=1)


def test_outcome_of_another_payload_is_wrong() -> None:
    assert verdict(line(1, "a"), line(2, "c"), line(3, "b")) == Verdict(rows=3, wrong=2)


def test_nothing_at_all_is_not_clean() -> None:
    assert not Verdict().is_clean()
