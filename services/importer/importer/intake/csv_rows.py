"""Rows of a CSV file as records: texts become what the record's fields are; an empty cell is null where null may be."""

import csv
import dataclasses
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any

import msgspec

from importer.intake.checker import ALREADY_DONE, RecordChecker, Refusal
from importer.intake.csv_cells import Value, reading
from importer.intake.csv_lines import MAX_ROW_CHARACTERS, CSVLines
from importer.intake.csv_shape import OUTCOME, CSVShape
from stackroom_kit.csv import GUARD, LEFT_OUT, unguarded
from stackroom_kit.problems import FieldError, Problem, bad_request

BLOCK_ROWS = 1000
ROW_PROBLEMS = {400: ("invalid_csv",), 413: ("csv_row_too_long",)}
_encoder = msgspec.json.Encoder()


class RowReader:
    """Makes records of one type from lists of cells."""

    def __init__(self, shape: CSVShape, checker: RecordChecker) -> None:
        self._checker = checker
        self._columns = shape.columns
        fields = {field.name: field for field in msgspec.structs.fields(checker.record_type)}
        named = [(at, fields[name]) for at, name in enumerate(shape.columns) if name in fields]
        self._wanted = [(at, field.name, reading(field.type)) for at, field in named]
        self._optional = frozenset(field.name for _, field in named if not field.required)
        self._outcome = shape.columns.index(OUTCOME) if shape.is_results else None

    def record(self, cells: list[str]) -> Any:
        """The record, or a Refusal."""
        if len(cells) != len(self._columns):
            detail = f"The row has {len(cells)} cells, the first line {len(self._columns)}."
            return Refusal("wrong_cells", detail, "", _encoder.encode(dict(zip(self._columns, cells, strict=False))))
        if self._outcome is not None and cells[self._outcome] == "ok":
            return ALREADY_DONE
        values = self._values(cells) if self._outcome is None else self._values_of_results(cells)
        raw = _encoder.encode(values)
        if len(raw) > self._checker.max_bytes:
            detail = f"The record has {len(raw)} bytes; at most {self._checker.max_bytes} are allowed."
            return Refusal("record_too_long", detail, "", b"")
        if b"\\u0000" in raw:
            return Refusal("nul_character", "The record holds the character U+0000.", "", raw)
        item = self._checker.converted(values, raw)
        if type(item) is Refusal and item.code == "wrong_type":
            return self._in_words_of_a_table(item, str(values[item.field]))
        return item

    def _values(self, cells: list[str]) -> dict[str, Value]:
        return {
            name: read(self._unguarded(cells[at]) if GUARD in cells[at] else cells[at])
            for at, name, read in self._wanted
        }

    def _values_of_results(self, cells: list[str]) -> dict[str, Value]:
        """What was left out stays so: it is another thing than null."""
        given = [(name, cells[at], read) for at, name, read in self._wanted]
        left_out = {name for name, cell, _ in given if cell == LEFT_OUT and name in self._optional}
        return {name: read(self._unguarded(cell)) for name, cell, read in given if name not in left_out}

    def _unguarded(self, cell: str) -> str:
        """A program that writes guards is rarely another than this one; how many there were is said all the same."""
        text = unguarded(cell)
        if text != cell:
            notes = self._checker.notes
            notes["unguarded_cells"] = notes.get("unguarded_cells", 0) + 1
        return text

    def _in_words_of_a_table(self, refusal: Refusal, cell: str) -> Refusal:
        """Every cell is a text, so of a wrong type it can only be for a number."""
        if cell.strip():
            return dataclasses.replace(refusal, detail=f"`{refusal.field}`: {cell[:50]!r} is no whole number.")
        return dataclasses.replace(refusal, code="missing_field", detail=f"`{refusal.field}` is empty.")


def _broken(line: int, error: Exception) -> Problem:
    detail = f"The CSV cannot be read; the row that begins at line {line} is wrong: {error}."
    return bad_request(detail, FieldError("", "invalid_csv", detail), code="invalid_csv")


def read_csv(file: IO[Any], shape: CSVShape, checker: RecordChecker) -> Iterator[list[Any]]:
    """Lists of records and Refusals in input order; blank lines are no rows.

    Problem 400 where the quoting breaks, 413 where a row has no end.
    """
    lines = CSVLines(file, shape.encoding)
    csv.field_size_limit(MAX_ROW_CHARACTERS)  # the length of a record is checked below, with its row
    rows = _rows(lines, shape.delimiter)
    reader = RowReader(shape, checker)
    try:
        next(rows, None)
        while block := [reader.record(cells) for cells in islice(rows, BLOCK_ROWS)]:
            yield block
    except csv.Error as error:
        raise _broken(lines.row_line, error) from None
    finally:
        lines.detach()


def _rows(lines: CSVLines, delimiter: str) -> Iterator[list[str]]:
    for cells in csv.reader(lines, delimiter=delimiter, strict=True):
        lines.row_is_over()
        if cells:
            yield cells
