"""The line of each row: runs, and only where the distance to the row's own number changes."""

import io

import pytest

from importer.ledger.stored import with_file_lines
from importer.parsing.checker import RecordChecker
from importer.parsing.chunks import Chunker
from importer.parsing.ndjson import read_ndjson
from importer.parsing.places import Places, places_of
from stackroom_jobs.records import Record

LINES = {1: 2, 2: 3, 3: 6, 4: 7, 5: 9, 6: 10}


@pytest.fixture
def places() -> Places:
    places = Places()
    for row, line in LINES.items():
        places.begin(row, line)
    return places


def test_places_know_the_line_of_every_row(places: Places) -> None:
    assert {row: places.line_of(row) for row in LINES} == LINES
    assert places.line_of(1000) == 1004


@pytest.mark.parametrize(
    ("rows", "runs"), [((1, 6), "1:2 3:6 5:9"), ((2, 4), "2:3 3:6"), ((3, 4), "3:6"), ((6, 6), "6:10")]
)
def test_runs_of_a_chunk_say_the_lines_of_its_rows(places: Places, rows: tuple[int, int], runs: str) -> None:
    assert places.runs(*rows) == runs
    for row in range(rows[0], rows[1] + 1):
        assert places_of(runs).line_of(row) == LINES[row]


def test_rows_whose_lines_are_their_numbers_take_no_room() -> None:
    places = Places()
    for row in range(1, 100):
        places.begin(row, row)
    assert (places.runs(1, 99), places.line_of(50)) == ("", None)


def test_lines_of_output_say_where_their_rows_stand(places: Places) -> None:
    output = b'{"row":2,"outcome":"ok","result":{"row":9}}\n{"row":5,"outcome":"failed","code":"x"}\n'
    assert with_file_lines(output, places.runs(1, 6)) == (
        b'{"row":2,"line":3,"outcome":"ok","result":{"row":9}}\n{"row":5,"line":9,"outcome":"failed","code":"x"}\n'
    )


GOOD = b'{"id":%d,"payload":"x"}\n'


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
    places = Places()
    items = [item for items in read_ndjson(io.BytesIO(body), RecordChecker(Record, 1000), places) for item in items]
    assert [places.line_of(row) for row in range(1, len(items) + 1)] == lines


def test_lines_of_ndjson_go_on_behind_many_blocks() -> None:
    places = Places()
    body = b"\n" + b"".join(GOOD % row for row in range(50_000)) + b"\n" + GOOD % 0
    rows = sum(map(len, read_ndjson(io.BytesIO(body), RecordChecker(Record, 1000), places)))
    assert (rows, places.line_of(1), places.line_of(50_000), places.line_of(50_001)) == (50_001, 2, 50_001, 50_003)


def test_chunks_and_refused_rows_are_told_their_lines(places: Places) -> None:
    refused = []
    checker = RecordChecker(Record, 1000)
    items = [checker.check(GOOD % row if row != 5 else b"{") for row in LINES]
    chunks = list(Chunker(3, 10_000, lambda _, item: refused.append(item.file_line), places).chunks([items]))
    assert [chunk.lines for chunk in chunks] == ["1:2 3:6", "4:7 5:9"]
    assert refused == [9]
