"""Records are checked one by one where a block cannot be taken whole."""

import msgspec
import pytest

from importer.parsing.checker import RecordChecker
from importer.parsing.refusal import Refusal
from stackroom_jobs.outcomes import failed_line
from stackroom_jobs.records import Record
from tests.support.importer.resources import GROUPS, TYPES, group_row

CHECKER = RecordChecker(Record, max_bytes=200)


def test_checker_takes_a_plain_record() -> None:
    assert CHECKER.check(b'{"id": 7, "payload": "x", "extra": [1]}') == Record(7, "x")


def test_checker_takes_escaped_keys_that_do_not_repeat() -> None:
    assert CHECKER.check(b'{"\\u0069d": "a", "payload": "x"}') == Record("a", "x")


@pytest.mark.parametrize("number", [b"7.0", b"7e0", b"0.7E+1"])
def test_checker_takes_a_whole_number_however_it_is_written(number: bytes) -> None:
    assert CHECKER.check(b'{"id": %b, "payload": "x"}' % number) == Record(7, "x")


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


LOADS = RecordChecker(GROUPS.record, max_bytes=500)


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b'{"id": 7, "name": "x", "coment": "lost"}', "coment"),
        (b'{"id": 7, "nam": "x"}', "nam"),
        (b'{"nam": "x"}', "nam"),
        (b'{"id": 7, "__proto__": {"a": [1]}}', "__proto__"),
        (b'{"id": 7, "ID": 8}', "ID"),
        (b'{"id": 7, "%b": 8}' % (b"n" * 90), "n" * 50),
        (b'{"id": 7, "code": "their own"}', "code"),
        (b'{"row": 3, "outcome": "failed", "code": "too_long", "id": 7, "coment": "lost"}', "coment"),
    ],
)
def test_checker_refuses_a_load_row_with_a_field_that_would_be_lost(raw: bytes, field: str) -> None:
    refusal = LOADS.check(raw)
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field, refusal.raw) == ("unknown_field", field, raw)
    assert refusal.detail.endswith("; known: id, name, comment.")
    assert LOADS.members(raw) is None
    assert LOADS.lines(raw) is None


@pytest.mark.parametrize("outcome", ["failed", "refused"])
def test_checker_takes_a_line_of_results_for_the_record_in_it(outcome: str) -> None:
    line = failed_line(3, "too_long", 'a: "b"', b'{"id": 7, "comment": null}', "comment").replace(
        b"failed", outcome.encode()
    )
    assert LOADS.check(line) == group_row(7, comment=None)


@pytest.mark.parametrize("checker", [CHECKER, LOADS])
def test_checker_refuses_a_line_of_results_of_which_nothing_is_left_to_do(checker: RecordChecker) -> None:
    refusal = checker.check(b'{"row":1,"outcome":"ok","result":{"id":7,"change":"created"}}')
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == ("already_done", "")


def test_checker_takes_no_array_with_a_text_that_may_be_too_long() -> None:
    assert CHECKER.members(b'{"id": 1, "payload": "%b"}' % (b"x" * 50)) is not None
    assert CHECKER.members(b'{"id": 1, "payload": "x"}, {"id": 2, "payload": "%b"}' % (b"x" * 51)) is None


def test_checker_bounds_texts_that_may_be_null_too() -> None:
    checker = RecordChecker(TYPES.record, 200)
    assert checker.members(b'{"id": 1, "comments": "%b"}' % (b"x" * 51)) is None
    records = checker.members(b'{"id": 1, "comments": null, "group": "text"}, {"id": 2}')
    assert msgspec.json.encode(records) == b'[{"id":1,"comments":null,"group":"text"},{"id":2}]'


@pytest.mark.parametrize(
    ("block", "is_plain"),
    [
        (b'{"id": 1, "payload": "x"}', True),
        (b'{"id" : 1, "payload": "at 12:30"}', True),
        (b'{"id": 1, "payload": "x", "row": 7}', True),
        (b'{"id": 1, "id": 2, "payload": "x"}', False),
        (b'{"id": 1, "\\u0069d": 2, "payload": "x"}', False),
        (b'{"id": 1, "payload": "\\u0000"}', False),
        (b'{"id": 1, "payload": "10000"}', True),
        (b'{"id": 1, "payload": "\\u043a: \\u00e9"}', True),
    ],
)
def test_checker_sees_what_is_plain_whether_texts_have_colons_or_not(block: bytes, is_plain: bool) -> None:
    assert (CHECKER.lines(block) is not None) is is_plain
