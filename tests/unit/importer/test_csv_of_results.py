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
    return b"".join(csv_results([b"".join(lines)], operation))


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


def test_csv_of_failed_rows_can_be_sent_again() -> None:
    body = b"row,outcome,code,detail,id,payload,normalized_payload\n3,failed,x,y,'=1,''q,\n"
    assert read(body) == [Record("=1", "'q")]
