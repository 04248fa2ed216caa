"""The CSV of results, sent again: what failed is read as it was given, and nothing else is."""

import json
from typing import Any

import pytest

from importer.batches.result_csv import csv_results
from stackroom_jobs.outcomes import failed_line, refused_line
from stackroom_jobs.records import Record
from stackroom_kit.problems import Problem
from tests.support.importer.resources import GROUPS, group_row
from tests.support.importer.tables import NORMALIZE, read


@pytest.mark.parametrize("column", ["row", "code", "detail", "etag", "change"])
def test_csv_of_a_user_has_no_columns_that_only_results_have(column: str) -> None:
    with pytest.raises(Problem) as raised:
        read(f"id,name,{column}\n1,a,lost\n".encode(), GROUPS)
    assert raised.value.code == "unknown_column"


def results_of(operation: Any, *lines: bytes) -> bytes:
    return b"".join(csv_results(lambda: [b"".join(lines)], operation))


def test_csv_of_results_gives_back_what_failed_and_no_more_than_was_given() -> None:
    """An update that left a field out must not clear it when it is sent again."""
    given = [
        b'{"id":1,"name":"=1"}',
        b'{"id":2,"name":null,"comment":"\'"}',
        b'{"id":3}',
        b'{"id":4,"name":"","comment":"x"}',
    ]
    lines = [failed_line(row, "too_long", "why", record, "name") for row, record in enumerate(given, 1)]
    assert read(results_of(GROUPS, *lines), GROUPS) == [
        group_row(1, "=1"), group_row(2, None, "'"), group_row(3), group_row(4, None, "x"),
    ]  # fmt: skip


def test_csv_of_results_refuses_rows_that_were_ok() -> None:
    """Their own fields do not stand there; taken for empty ones they would clear what the load had just written."""
    done = {
        GROUPS: b'{"row":1,"outcome":"ok","result":{"id":7,"change":"created","etag":"\\"a\\""}}\n',
        NORMALIZE: b'{"row":1,"outcome":"ok","result":{"id":"7","normalized_payload":"x"}}\n',
    }
    for operation, line in done.items():
        (refusal,) = read(results_of(operation, line), operation)
        assert (refusal.code, refusal.raw) == ("already_done", b"")


def test_csv_of_results_tells_every_text_from_every_other() -> None:
    texts = ["=x", "'=x", "''=x", "'", "''", "'x", "\n=x", "y;=2+5", "y;'=2+5", "-", ""]
    lines = [
        refused_line(row, "x", "y", json.dumps({"id": row, "payload": text}).encode())
        for row, text in enumerate(texts, 1)
    ]
    assert read(results_of(NORMALIZE, *lines)) == [Record(str(row), text) for row, text in enumerate(texts, 1)]


OTHER = (
    b'{"row":1,"outcome":"ok","result":{"id":"1","size":7,"parts":[1]}}\n',
    b'{"row":2,"outcome":"failed","code":"x","detail":"y","id":2,"payload":"=1"}\n',
    b'{"row":3,"outcome":"failed","code":"x","detail":"y","id":3}\n',
)


def test_csv_of_another_version_has_the_fields_that_its_rows_have() -> None:
    """A schema that nobody knows any more would name them; the one of today would leave some out."""
    rows = results_of(None, *OTHER).decode("utf-8-sig").splitlines()
    assert rows == [
        "row,line,outcome,code,field,detail,id,payload,size,parts",
        "1,,ok,,,,1,,7,[1]",
        "2,,failed,x,,y,2,'=1,,",
        "3,,failed,x,,y,3,',,",
    ]
    first, second = read(results_of(None, *OTHER[1:]))
    assert first == Record("2", "=1"), "it can be sent again"
    assert (second.code, second.raw) == ("missing_field", b'{"id":"3"}'), "what it needs now was left out"


def test_csv_of_fields_without_end_has_them_in_one_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importer.batches.result_csv.MOST_COLUMNS", 3)
    rows = results_of(None, *OTHER).decode("utf-8-sig").splitlines()
    assert rows[0] == "row,line,outcome,code,field,detail,record,result"
    assert rows[3] == '3,,failed,x,,y,"{""id"": 3}",'


def test_csv_of_failed_rows_can_be_sent_again() -> None:
    body = b"row,outcome,code,detail,id,payload,normalized_payload\n3,failed,x,y,'=1,''q,\n"
    assert read(body) == [Record("=1", "'q")]
