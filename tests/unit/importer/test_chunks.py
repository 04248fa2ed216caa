"""Rows are cut into chunks by number and size; refused rows are left out and counted."""

import json

from importer.parsing.checker import Refusal
from importer.parsing.chunks import Chunker, NewChunk
from stackroom_jobs.records import Record

BAD = Refusal("invalid_json", "It is bad.", "", b"bad")


def cut(
    lists: list[list[Record | Refusal]], max_rows: int = 4, max_bytes: int = 1000
) -> tuple[list[NewChunk], list[int]]:
    refused: list[int] = []
    chunker = Chunker(max_rows, max_bytes, lambda row, _: refused.append(row))
    return list(chunker.chunks(lists)), refused


def records(count: int, payload: str = "x") -> list[Record | Refusal]:
    return [Record(number, payload) for number in range(1, count + 1)]


def test_chunks_cover_all_rows_once_across_lists() -> None:
    chunks, refused = cut([records(3), records(5), records(2)])
    assert [(chunk.first_row, chunk.last_row, chunk.rows) for chunk in chunks] == [
        (1, 4, 4),
        (5, 8, 4),
        (9, 10, 2),
    ]
    assert refused == []


def test_chunks_put_null_where_a_row_is_refused() -> None:
    (chunk,), refused = cut([[Record(1, "x"), BAD, Record(3, "x")]])
    assert refused == [2]
    assert chunk.rows == 2
    assert json.loads(chunk.records)[1] is None


def test_chunks_are_none_where_all_rows_are_refused() -> None:
    chunks, refused = cut([[BAD, BAD]])
    assert chunks == []
    assert refused == [1, 2]


def test_chunks_halve_what_is_too_long_down_to_one_record() -> None:
    chunks, _ = cut([records(4, "x" * 60)], max_bytes=100)
    assert [(chunk.first_row, chunk.last_row) for chunk in chunks] == [(1, 1), (2, 2), (3, 3), (4, 4)]
