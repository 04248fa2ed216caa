"""A JSON body is decoded whole, and record by record where something is wrong."""

import pytest

from importer.intake.checker import RecordChecker, Refusal
from importer.intake.json_body import read_batch, read_json
from stackroom_jobs.records import Record
from stackroom_kit.problems import Problem

CHECKER = RecordChecker(Record, max_bytes=100)


def test_json_body_gives_records_and_options() -> None:
    body = read_json(b'{"source":"s","enqueue":true,"records":[{"id":1,"payload":"x"}]}', CHECKER)
    assert (body.records, body.source, body.enqueue) == ([Record(1, "x")], "s", True)


def test_json_body_keeps_good_records_beside_a_bad_one() -> None:
    good, bad, odd = read_json(
        b'{"records":[{"id":1,"payload":"x"},{"id":2},{"id":"records","payload":"\\"id\\""}]}', CHECKER
    ).records
    assert (good, odd) == (Record(1, "x"), Record("records", '"id"'))
    assert isinstance(bad, Refusal)


def test_json_body_refuses_a_record_that_is_too_long() -> None:
    (refusal,) = read_json(b'{"records":[{"id":1,"payload":"' + b"x" * 101 + b'"}]}', CHECKER).records
    assert refusal.code == "record_too_long"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"null", "wrong_body"),
        (b"[]", "wrong_body"),
        (b"{}", "records_missing"),
        (b'{"records": 5}', "wrong_body"),
        (b'{"records": [], "records": []}', "duplicate_key"),
        (b'{"records": [], "stray": 1}', "wrong_body"),
        (b'{"records": [NaN]}', "not_a_number"),
        (b'{"records": []} x', "invalid_json"),
        (b'\xef\xbb\xbf{"records": []}', "byte_order_mark"),
        ('{"records": []}'.encode("utf-16"), "not_utf8"),
        (b'{"records": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep"),
    ],
)
def test_json_body_refuses_a_wrong_body_by_code(body: bytes, code: str) -> None:
    with pytest.raises(Problem) as caught:
        read_json(body, CHECKER)
    assert (caught.value.status, caught.value.code) == (400, code)


def test_json_body_of_a_batch_holds_records_only() -> None:
    with pytest.raises(Problem) as caught:
        read_batch(b'{"records":[],"source":"s"}', CHECKER)
    assert caught.value.code == "unknown_field"
