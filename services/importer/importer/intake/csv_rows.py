"""Rows of a CSV file as records: texts become what the record's fields are; an empty cell is null where null may be."""

import csv
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import IO, Any

import msgspec

from importer.intake.checker import RecordChecker, Refusal, refusal_of
from importer.intake.csv_lines import MAX_ROW_CHARACTERS, CSVLines
from importer.intake.csv_shape import CSVShape
from stackroom_kit.problems import FieldError, Problem, bad_request

BLOCK_ROWS = 1000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\0")
ROW_PROBLEMS = {400: ("invalid_csv",), 413: ("csv_row_too_long",)}
_encoder = msgspec.json.Encoder()


def defused(text: str) -> str:
    """A cell that no spreadsheet takes for a formula; ``armed`` gives the text back."""
    return f"'{text}" if text.startswith((*FORMULA_STARTS, "'")) else text


def armed(text: str) -> str:
    return text.removeprefix("'")


def _nullable(record_type: type[msgspec.Struct]) -> frozenset[str]:
    fields = msgspec.structs.fields(record_type)
    return frozenset(field.name for field in fields if type(None) in getattr(field.type, "__args__", ()))


class RowReader:
    """Makes records of one type from lists of cells. ``is_result``: the file is one of ours, so cells are defused."""

    def __init__(self, shape: CSVShape, checker: RecordChecker, is_result: bool) -> None:
        self._checker = checker
        self._columns = shape.columns
        fields = checker.record_type.__struct_fields__
        self._wanted = [(index, name) for index, name in enumerate(shape.columns) if name in fields]
        self._nullable = _nullable(checker.record_type)
        self._cell: Callable[[str], str] = armed if is_result else str

    def record(self, cells: list[str]) -> Any:
        """The record, or a Refusal."""
        if len(cells) != len(self._columns):
            detail = f"The row has {len(cells)} cells, the first line {len(self._columns)}."
            return Refusal("wrong_cells", detail, "", _encoder.encode(dict(zip(self._columns, cells, strict=False))))
        values = self._values(cells)
        raw = _encoder.encode(values)
        if len(raw) > self._checker.max_bytes:
            detail = f"The record has {len(raw)} bytes; at most {self._checker.max_bytes} are allowed."
            return Refusal("record_too_long", detail, "", b"")
        if b"\\u0000" in raw:
            return Refusal("nul_character", "The record holds the character U+0000.", "", raw)
        try:
            return msgspec.convert(values, self._checker.record_type, strict=False)
        except msgspec.ValidationError as error:
            return refusal_of(error, raw)

    def _values(self, cells: list[str]) -> Mapping[str, str | None]:
        found = ((name, self._cell(cells[index])) for index, name in self._wanted)
        return {name: None if cell == "" and name in self._nullable else cell for name, cell in found}


def _broken(line: int, error: Exception) -> Problem:
    detail = f"The CSV cannot be read; the row that begins at line {line} is wrong: {error}."
    return bad_request(detail, FieldError("", "invalid_csv", detail), code="invalid_csv")


def read_csv(file: IO[Any], shape: CSVShape, checker: RecordChecker, is_result: bool) -> Iterator[list[Any]]:
    """Lists of records and Refusals in input order; blank lines are no rows.

    Problem 400 where the quoting breaks, 413 where a row has no end.
    """
    lines = CSVLines(file, shape.encoding)
    csv.field_size_limit(MAX_ROW_CHARACTERS)  # the length of a record is checked below, with its row
    rows = _rows(lines, shape.delimiter)
    reader = RowReader(shape, checker, is_result)
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
