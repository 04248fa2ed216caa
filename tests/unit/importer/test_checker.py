"""Records are checked one by one where a block cannot be taken whole."""

import pytest

from importer.intake.checker import RecordChecker, Refusal
from stackroom_jobs.records import Record

CHECKER = RecordChecker(Record, max_bytes=200)


def test_checker_takes_a_plain_record() -> None:
    assert CHECKER.check(b'{"id": 7, "payload": "x", "extra": [1]}') == Record(7, "x")


def test_checker_takes_escaped_keys_that_do_not_repeat() -> None:
    assert CHECKER.check(b'{"\\u0069d": "a", "payload": "x"}') == Record("a", "x")


@pytest.mark.parametrize(
    ("raw", "code", "field"),
    [
        (b'{"payload": "x"}', "missing_field", "id"),
        (b'{"id": 1}', "missing_field", "payload"),
        (b'{"id": 1, "payload": 5}', "wrong_type", "payload"),
        (b'{"id": 1, "payload": null}', "wrong_type", "payload"),
        (b'{"id": 1.5, "payload": "x"}', "wrong_type", "id"),
        (b'{"id": true, "payload": "x"}', "wrong_type", "id"),
        (b'{"id": "", "payload": "x"}', "wrong_value", "id"),
        (b"[1, 2]", "not_an_object", ""),
        (b'"text"', "not_an_object", ""),
        (b"{", "invalid_json", ""),
        (b'{"id": 1, "payload": "x"} trailing', "invalid_json", ""),
        (b'{"id": 1, "id": 2, "payload": "x"}', "duplicate_key", ""),
        (b'{"id": 1, "\\u0069d": 2, "payload": "x"}', "duplicate_key", ""),
        (b'{"id": 1, "payload": "\\u0000"}', "nul_in_text", ""),
        (b'{"id": 1, "payload": "\\ud800"}', "lone_surrogate", ""),
        (b'{"id": NaN, "payload": "x"}', "not_a_number", ""),
        (b'{"id": 1, "payload": "\xff"}', "not_utf8", ""),
        (b'{"id": 1, "payload": "' + b"x" * 300 + b'"}', "record_too_long", ""),
    ],
)
def test_checker_refuses_a_wrong_record_by_code_and_field(raw: bytes, code: str, field: str) -> None:
    refusal = CHECKER.check(raw)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == (code, field)


def test_checker_finds_texts_that_may_be_too_long() -> None:
    assert not CHECKER.may_be_too_long([Record(1, "x" * 50)])
    assert CHECKER.may_be_too_long([Record(1, "x"), Record(2, "x" * 51)])
