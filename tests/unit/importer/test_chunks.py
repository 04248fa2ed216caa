"""Rows are cut into chunks by number and size; refused rows are left out and counted."""

import json
from collections.abc import Iterator

import pytest

from importer.parsing.chunks import Chunks, NewChunk
from importer.parsing.refusal import Refusal
from importer.parsing.rows import Limits, RowBlock, Rows
from stackroom_jobs.records import Record
from stackroom_kit.problems import Problem

LIMITS = Limits(max_record_bytes=1000, max_batch_rows=20, max_refused_rows=2)
BAD = Refusal("invalid_json", "It is bad.", "", b"bad")


def cut(
    lists: list[list[Record | Refusal]], max_rows: int = 4, max_bytes: int = 1000
) -> tuple[list[NewChunk], list[int]]:
    """The chunks that have records, and the rows that were refused."""
    rows = Rows(map(RowBlock, lists), sum(map(len, lists)))
    chunks = list(Chunks(rows, LIMITS, max_rows, max_bytes))
    return [chunk for chunk in chunks if chunk.rows], [row for chunk in chunks for row, _ in chunk.refused]


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


def test_chunks_are_cut_while_they_are_taken() -> None:
    read: list[int] = []

    def blocks() -> Iterator[RowBlock]:
        for number in range(3):
            read.append(number)
            yield RowBlock(records(4))

    chunks = Chunks(Rows(blocks(), 12), LIMITS, 4, 1000)
    assert read == []
    assert [(len(read), chunks.rows) for _ in chunks] == [(1, 4), (2, 8), (3, 12)]


def test_chunks_carry_their_refused_rows_when_they_are_halved() -> None:
    rows = Rows([RowBlock([Record(1, "x" * 60), BAD, BAD, Record(4, "x" * 60)], [2, 3, 4, 5])], 4)
    chunks = list(Chunks(rows, LIMITS, 4, 100))
    found = [(chunk.first_row, chunk.gaps, [(row, one.file_line) for row, one in chunk.refused]) for chunk in chunks]
    assert found == [(1, "2", [(2, 3)]), (3, "3", [(3, 4)])]


@pytest.mark.parametrize(
    ("items", "status", "code"),
    [([], 422, "empty_batch"), (records(21), 413, "too_many_rows"), ([BAD] * 3, 422, "too_many_refused")],
)
def test_chunks_end_in_a_problem_where_a_limit_is_passed(items: list[Record | Refusal], status: int, code: str) -> None:
    with pytest.raises(Problem) as raised:
        cut([items])
    assert (raised.value.status, raised.value.code) == (status, code)


def test_chunks_say_the_first_reasons_of_too_many_refused_rows() -> None:
    with pytest.raises(Problem) as raised:
        cut([[BAD, Record(2, "x"), BAD, BAD, BAD]])
    assert [error.pointer for error in raised.value.errors] == ["/records/0", "/records/2", "/records/3"]
