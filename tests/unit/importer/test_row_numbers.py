"""The line of each row: runs, and only where the distance to the row's own number changes."""

import io

import pytest

from importer.ledger.stored import with_file_lines
from importer.parsing.checker import RecordChecker
from importer.parsing.chunks import Chunks
from importer.parsing.ndjson import read_ndjson
from importer.parsing.row_numbers import FileLines, line_runs
from importer.parsing.rows import Limits, RowBlock, Rows, file_line
from stackroom_jobs.records import Record

LINES = {1: 2, 2: 3, 3: 6, 4: 7, 5: 9, 6: 10}


def runs_of(first_row: int, last_row: int) -> str:
    return line_runs(first_row, [LINES[row] for row in range(first_row, last_row + 1)])


@pytest.mark.parametrize(
    ("rows", "runs"), [((1, 6), "1:2 3:6 5:9"), ((2, 4), "2:3 3:6"), ((3, 4), "3:6"), ((6, 6), "6:10")]
)
def test_runs_of_a_chunk_say_the_lines_of_its_rows(rows: tuple[int, int], runs: str) -> None:
    assert runs_of(*rows) == runs
    for row in range(rows[0], rows[1] + 1):
        assert FileLines(runs).line_of(row) == LINES[row]


def test_places_know_the_line_of_rows_behind_the_last_run() -> None:
    assert FileLines(runs_of(1, 6)).line_of(1000) == 1004


@pytest.mark.parametrize("lines", [range(1, 100), (), [*range(1, 100)]])
def test_rows_whose_lines_are_their_numbers_take_no_room(lines: range) -> None:
    assert (line_runs(1, lines), FileLines("").line_of(50)) == ("", None)


def test_lines_of_output_say_where_their_rows_stand() -> None:
    output = b'{"row":2,"outcome":"ok","result":{"row":9}}\n{"row":5,"outcome":"failed","code":"x"}\n'
    assert with_file_lines(output, runs_of(1, 6)) == (
        b'{"row":2,"line":3,"outcome":"ok","result":{"row":9}}\n{"row":5,"line":9,"outcome":"failed","code":"x"}\n'
    )


GOOD = b'{"id":%d,"payload":"x"}\n'


def lines_of_ndjson(body: bytes) -> list[int | None]:
    rows = [
        (block, at)
        for block in read_ndjson(io.BytesIO(body), RecordChecker(Record, 1000))
        for at in range(len(block.items))
    ]
    return [file_line(row, block.lines, at) for row, (block, at) in enumerate(rows, 1)]


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        (GOOD % 1 + GOOD % 2, [None, None]),
        (b"\n" + GOOD % 1 + b"\n \n" + GOOD % 2, [2, 5]),
        (GOOD % 1 + b"{broken\n" + b"\n" + GOOD % 3, [None, None, 4]),
        (GOOD % 1 + b'{"payload":"' + b"x" * 3000 + b'"}\n\n' + GOOD % 3, [None, None, 4]),
    ],
)
def test_lines_of_ndjson_count_those_that_are_blank(body: bytes, lines: list[int | None]) -> None:
    assert lines_of_ndjson(body) == lines


def test_lines_of_ndjson_go_on_behind_many_blocks() -> None:
    lines = lines_of_ndjson(b"\n" + b"".join(GOOD % row for row in range(50_000)) + b"\n" + GOOD % 0)
    assert (len(lines), lines[0], lines[49_999], lines[50_000]) == (50_001, 2, 50_001, 50_003)


def test_chunks_and_refused_rows_are_told_their_lines() -> None:
    checker = RecordChecker(Record, 1000)
    items = [checker.check(GOOD % row if row != 5 else b"{") for row in LINES]
    chunks = list(Chunks(Rows([RowBlock(items, list(LINES.values()))], 6), Limits(1000, 10, 10), 3, 10_000))
    assert [chunk.lines for chunk in chunks] == ["1:2 3:6", "4:7 5:9"]
    assert [one.file_line for chunk in chunks for _, one in chunk.refused] == [9]
