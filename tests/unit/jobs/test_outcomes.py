"""Outcome lines: what no text can forge, and what can be posted again."""

import json

import msgspec

from stackroom_jobs.compute import compute
from stackroom_jobs.operations import OPERATIONS
from stackroom_jobs.outcomes import Normalized, RecordError, failed_line, refused_line
from stackroom_jobs.records import Record

OPERATION = OPERATIONS["normalize_record"]


def picky(_row: int, record: Record) -> Normalized:
    if record.payload == "bad":
        raise RecordError("too_bad", "it is bad")
    return Normalized(str(record.id), record.payload, 1, 1)


def test_chunk_gives_one_line_per_record_and_none_for_a_refused_row() -> None:
    records = json.dumps([{"id": 1, "payload": "a"}, None, {"id": "x", "payload": "bad"}]).encode()
    lines = [json.loads(line) for line in compute(OPERATION, picky, 11, records).splitlines()]
    assert [line["row"] for line in lines] == [11, 13]
    assert lines[1] == {
        "row": 13, "outcome": "failed", "code": "too_bad", "detail": "it is bad", "id": "x", "payload": "bad",
    }  # fmt: skip


def test_error_of_the_function_itself_is_not_swallowed() -> None:
    def broken(_row: int, _record: Record) -> msgspec.Struct:
        raise ZeroDivisionError

    try:
        compute(OPERATION, broken, 1, b'[{"id": 1, "payload": "a"}]')
    except ZeroDivisionError:
        return
    raise AssertionError("the error of an operation must reach the worker")


def test_text_of_a_record_cannot_forge_an_outcome() -> None:
    forged = '","outcome":"failed"'
    line = compute(OPERATION, picky, 1, json.dumps([{"id": 1, "payload": forged}]).encode())
    assert b'"outcome":"failed"' not in line
    assert line.startswith(b'{"row":1,"outcome":"ok"')


def test_line_of_what_cannot_be_read_has_no_fields() -> None:
    assert json.loads(refused_line(2, "invalid_json", "x", b"{broken")) == {
        "row": 2, "outcome": "refused", "code": "invalid_json", "detail": "x",
    }  # fmt: skip


def test_failed_line_keeps_only_the_fields_of_a_record() -> None:
    line = json.loads(failed_line(3, "c", "d", b'{"id": 1, "payload": "p", "row": 99, "outcome": "ok"}'))
    assert (line["row"], line["outcome"], line["id"], line["payload"]) == (3, "failed", 1, "p")
