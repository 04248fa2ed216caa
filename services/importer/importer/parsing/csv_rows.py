"""Rows of a CSV file as records: texts become what the fields are; an empty cell is null where null may be."""

import csv
import dataclasses
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import IO, Any

import msgspec

from importer.parsing.checker import RecordChecker
from importer.parsing.csv_heads import OUTCOME, without_space_behind_quotes
from importer.parsing.csv_lines import MAX_ROW_CHARACTERS, CSVLines
from importer.parsing.csv_shape import CSVShape
from importer.parsing.refusal import ALREADY_DONE, RecordFault, Refusal, refusal_of
from importer.parsing.rows import Notes, RowBlock
from importer.problems import INVALID_CSV
from stackroom_jobs.outcomes import Outcome
from stackroom_kit.cells import readable
from stackroom_kit.csv import GUARD, LEFT_OUT, unguarded
from stackroom_kit.problems import Problem
from stackroom_kit.schema import Schema

BLOCK_ROWS = 1000
_encoder = msgspec.json.Encoder()


def _reader(schema: Schema, name: str) -> Callable[[str], Any]:
    """What makes a value of a cell. ValueError with a sentence, also for an empty cell of a list of words."""
    field, read = schema.by_name[name], schema.reader(name)
    is_word = field.enum is not None and field.types == ("string",) and not field.is_nullable
    return partial(_word, name) if is_word else read


def _word(name: str, cell: str) -> str:
    if not cell.strip():
        raise ValueError(f"`{name}` is empty.")
    return cell.strip()


class RowReader:
    """Makes records of one type from lists of cells."""

    def __init__(self, shape: CSVShape, checker: RecordChecker) -> None:
        self._checker = checker
        self._columns = shape.columns
        self._width = len(shape.columns)
        self._unnamed = tuple(at for at, name in enumerate(shape.columns) if not name)
        self._schema = checker.schema
        wanted = [(at, name) for at, name in enumerate(shape.columns) if name in self._schema.by_name]
        self._wanted = [(at, name, _reader(self._schema, name)) for at, name in wanted]
        self._optional = frozenset(field.name for field in self._schema.fields if not field.is_required)
        self._outcome = shape.columns.index(OUTCOME) if shape.is_results else None

    def record(self, cells: list[str]) -> Any:
        """The record, or a Refusal."""
        if (self._unnamed or len(cells) != self._width) and (refusal := self._misfit(cells)):
            return refusal
        if self._outcome is not None and cells[self._outcome] == Outcome.OK:
            return ALREADY_DONE
        fault = None
        try:
            values = self._values(cells) if self._outcome is None else self._values_of_results(cells)
        except ValueError:
            values, fault = self._values_and_fault(cells)
        raw = _encoder.encode(values)
        if fault or len(raw) > self._checker.max_bytes or b"\\u0000" in raw:
            return self._refused(raw, fault)
        try:
            record = msgspec.convert(values, self._checker.record_type)
        except msgspec.ValidationError as error:
            return refusal_of(error, self._schema, raw)
        return self._checker.without_shown([record])[0] if self._schema.shown else record

    def _refused(self, raw: bytes, fault: Refusal | None) -> Refusal:
        """``fault`` is that of a cell, where it is one."""
        if len(raw) > self._checker.max_bytes:
            detail = f"The record has {len(raw)} bytes; at most {self._checker.max_bytes} are allowed."
            return Refusal(RecordFault.RECORD_TOO_LONG, detail, "", b"")
        if fault is None or b"\\u0000" in raw:
            return Refusal("nul_character", "The record holds the character U+0000.", "", raw)
        return dataclasses.replace(fault, raw=raw)

    def _misfit(self, cells: list[str]) -> Refusal | None:
        """A Refusal for a row of other columns, or with a cell under an empty head; empty ones may lack at the end."""
        for at in self._unnamed:
            if at < len(cells) and cells[at].strip():
                detail = f"The first line names no column {at + 1}, and here {readable(cells[at])} stands in it."
                return Refusal("unnamed_column", detail, "", self._named(cells))
        if len(cells) > self._width or any(self._columns[len(cells) :]):
            detail = f"The row has {len(cells)} cells, the first line {self._width}."
            return Refusal("wrong_cells", detail, "", self._named(cells))
        return None

    def _named(self, cells: list[str]) -> bytes:
        return _encoder.encode({name: cell for name, cell in zip(self._columns, cells, strict=False) if name})

    def _values(self, cells: list[str]) -> dict[str, Any]:
        return {
            name: read(self._unguarded(cells[at]) if GUARD in cells[at] else cells[at])
            for at, name, read in self._wanted
        }

    def _values_of_results(self, cells: list[str]) -> dict[str, Any]:
        """What was left out stays so: it is another thing than null."""
        given = [(name, cells[at], read) for at, name, read in self._wanted]
        return {name: read(self._unguarded(cell)) for name, cell, read in given if cell != LEFT_OUT}

    def _unguarded(self, cell: str) -> str:
        """A program that writes guards is rarely another than this one; how many there were is said all the same."""
        text = unguarded(cell)
        if text != cell:
            self._checker.notes.unguarded_cells += 1
        return text

    def _values_and_fault(self, cells: list[str]) -> tuple[dict[str, Any], Refusal | None]:
        """Of a row with a cell that is no value of its field: that stays as it is, and the first one is the fault.

        An empty cell is left out where its field may be left out and cannot be null.
        """
        values: dict[str, Any] = {}
        fault = None
        for at, name, read in self._wanted:
            if self._outcome is not None and cells[at] == LEFT_OUT:
                continue
            cell = unguarded(cells[at])
            try:
                values[name] = read(cell)
            except ValueError as error:
                if self._outcome is None and not cell.strip() and name in self._optional:
                    continue
                values[name] = cell
                code = RecordFault.WRONG_TYPE if cell.strip() else RecordFault.MISSING_FIELD
                fault = fault or Refusal(code, str(error), name, b"")
        return values, fault


def read_csv(file: IO[Any], shape: CSVShape, checker: RecordChecker) -> Iterator[RowBlock]:
    """Records and Refusals in input order; blank lines and rows of delimiters alone are no rows.

    Problem 400 where the quoting breaks, 413 where a row has no end.
    """
    lines = CSVLines(file, shape.encoding)
    csv.field_size_limit(MAX_ROW_CHARACTERS)  # the length of a record is checked below, with its row
    rows = _rows(lines, shape, checker.notes)
    reader = RowReader(shape, checker)
    try:
        lines.skip(shape.head_line)
        while block := list(islice(rows, BLOCK_ROWS)):
            yield RowBlock([reader.record(cells) for _, cells in block], [line for line, _ in block])
    except csv.Error as error:
        raise _broken(lines.row_line, error) from None
    finally:
        lines.detach()


def _rows(lines: CSVLines, shape: CSVShape, notes: Notes) -> Iterator[tuple[int, list[str]]]:
    """The line on which each begins, and its cells."""
    changed = lines.changed_by(without_space_behind_quotes(shape.delimiter) if shape.is_spaced else None)
    for cells in csv.reader(changed, delimiter=shape.delimiter, skipinitialspace=shape.is_spaced, strict=True):
        line = lines.row_is_over()
        if not cells:
            continue
        if cells[0].strip() or any(cell.strip() for cell in cells):
            yield line, cells
        else:
            notes.passed_over["rows"] += 1


def _broken(line: int, error: Exception) -> Problem:
    detail = f"The CSV cannot be read; the row that begins at line {line} is wrong: {error}."
    return INVALID_CSV.at("", detail)
