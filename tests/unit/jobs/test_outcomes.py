"""Outcome lines: what no text can forge, and what can be posted again."""

import json

import msgspec
import pytest

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


def test_record_that_the_workers_own_struct_refuses_fails_alone() -> None:
    """The importer checks by the schema, which may say less than the struct."""
    records = b'[{"id": 1, "payload": "a"}, null, {"id": 2.5, "payload": "b"}, {"id": 3, "payload": "bad"}]'
    lines = [json.loads(line) for line in compute(OPERATION, picky, 1, records).splitlines()]
    assert [(line["row"], line["outcome"], line.get("code")) for line in lines] == [
        (1, "ok", None), (3, "failed", "wrong_record"), (4, "failed", "too_bad"),
    ]  # fmt: skip
    assert (lines[1]["id"], lines[1]["payload"]) == (2.5, "b")
    assert "Expected `int | str`, got `float` - at `$.id`" in lines[1]["detail"]


def test_wrong_value_inside_the_function_is_the_functions_own_error() -> None:
    def converts(_row: int, _record: Record) -> Normalized:
        return msgspec.convert({}, Normalized)

    with pytest.raises(msgspec.ValidationError):
        compute(OPERATION, converts, 1, b'[{"id": 1, "payload": "a"}]')


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
