"""The forms that a batch may come in, each with its way to read it."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from importer.parsing.checker import RecordChecker
from importer.parsing.csv_heads import UNTOLD, Columns, TableOptions
from importer.parsing.csv_rows import read_csv
from importer.parsing.csv_shape import CSVShape, shape_of
from importer.parsing.csv_words import heads_of
from importer.parsing.detection import Declared, encoding_of
from importer.parsing.duplicates import without_duplicates
from importer.parsing.json_body import JSONBody
from importer.parsing.ndjson import read_ndjson
from importer.parsing.places import Places
from importer.parsing.recoded import in_utf8
from importer.parsing.spool import Spooled
from stackroom_jobs.operations import Operation
from stackroom_jobs.outcomes import LINE_FIELDS
from stackroom_jobs.records import own_fields, shown_fields

JSON, NDJSON, CSV = "application/json", "application/x-ndjson", "text/csv"
TSV = "text/tab-separated-values"  # another name of CSV
FORMATS = (JSON, NDJSON, CSV)
ONLY_HEADS = "The file has a line that names the columns, and no row below it."
BYTES_PER_RECORD = 64  # a guess, for the size of chunks, where nothing counts the records before


@dataclasses.dataclass(frozen=True)
class Rows:
    """``expected`` is about how many; ``read`` opens them; ``found`` is what the answer says of the file.

    While the rows are read, ``found`` gets the notes of the checker, and ``places`` hears where they stand.
    ``nothing`` is said where there is no row.
    """

    expected: int
    read: Callable[[], Iterator[list[Any]]]
    found: dict[str, Any] = dataclasses.field(default_factory=dict)
    places: Places = dataclasses.field(default_factory=Places)
    nothing: str = "A batch must have at least one row."

    def note(self, checker: RecordChecker) -> None:
        self.found.update(checker.notes)
        passed_over = {**checker.notes.get("passed_over", {}), **self.places.passed_over}
        if passed_over:
            self.found["passed_over"] = passed_over


def _json(spooled: Spooled, _operation: Operation, checker: RecordChecker, _told: TableOptions) -> Rows:
    expected = spooled.size // BYTES_PER_RECORD
    found = {"format": "json", **spooled.encoding.found()}
    return Rows(expected, JSONBody(in_utf8(spooled), checker, takes_list=True).lists, found)


def _ndjson(spooled: Spooled, _operation: Operation, checker: RecordChecker, _told: TableOptions) -> Rows:
    file, places = in_utf8(spooled).file, Places()
    found = {"format": "ndjson", **spooled.encoding.found()}
    return Rows(spooled.lines, lambda: read_ndjson(file, checker, places), found, places)


def _csv(spooled: Spooled, operation: Operation, checker: RecordChecker, told: TableOptions) -> Rows:
    shape = shape_of(spooled.file, spooled.encoding, columns_of(operation), told)
    places = Places()
    places.passed_over.update(shape.passed_over)
    expected = max(spooled.lines - shape.head_line, 1)
    return Rows(expected, lambda: read_csv(spooled.file, shape, checker, places), _found(shape), places, ONLY_HEADS)


def _found(shape: CSVShape) -> dict[str, Any]:
    named = [(head, field) for head, field in zip(shape.heads, shape.columns, strict=True) if field]
    other = {head: field for head, field in named if head.lower() != field}
    return {
        "format": "csv",
        **shape.encoding.found(),
        "delimiter": shape.delimiter,
        "columns": [field for _, field in named],
        **({"heads": other} if other else {}),
    }


_OPENERS = {JSON: _json, NDJSON: _ndjson, CSV: _csv}


def looked_at(spooled: Spooled, declared: Declared) -> Spooled:
    """With its encoding. Problem 400 for bytes that are not what they are said to be, or may be several things."""
    found = dataclasses.replace(spooled, encoding=encoding_of(spooled.file, declared))
    found.file.seek(0)
    return found


def columns_of(operation: Operation) -> Columns:
    known, shown = own_fields(operation.record), shown_fields(operation.record)
    of_results = (*LINE_FIELDS, *operation.result.__struct_fields__)
    return Columns(operation.name, known, operation.required, of_results, shown, heads_of(operation))


def open_rows(
    media_type: str, spooled: Spooled, operation: Operation, checker: RecordChecker, told: TableOptions = UNTOLD
) -> Rows:
    """``media_type`` is one of FORMATS. Problem 400 for a body that is not what it says.

    In a load an id counts once: a later row that has it is refused.
    """
    rows = _OPENERS[media_type](spooled, operation, checker, told)
    read = rows.read if operation.loads is None else lambda: without_duplicates(rows.read(), rows.places)
    return dataclasses.replace(rows, read=lambda: _noted(read(), checker, rows))


def _noted(lists: Iterator[list[Any]], checker: RecordChecker, rows: Rows) -> Iterator[list[Any]]:
    """What is passed over may also stand behind the last row."""
    for items in lists:
        rows.note(checker)
        yield items
    rows.note(checker)
