"""The forms that a batch may come in, each with its way to read it."""

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

from importer.intake.checker import RecordChecker
from importer.intake.csv_rows import ROW_PROBLEMS, read_csv
from importer.intake.csv_shape import SHAPE_PROBLEMS, Columns, shape_of
from importer.intake.duplicates import without_duplicates
from importer.intake.json_body import BODY_PROBLEMS, JSONBody
from importer.intake.ndjson import read_ndjson
from importer.intake.spool import Spooled
from stackroom_jobs.operations import Operation
from stackroom_jobs.outcomes import LINE_FIELDS
from stackroom_jobs.records import own_fields, shown_fields
from stackroom_kit.described_problems import together

JSON, NDJSON, CSV = "application/json", "application/x-ndjson", "text/csv"
FORMATS = (JSON, NDJSON, CSV)
FORMAT_PROBLEMS = together(BODY_PROBLEMS, SHAPE_PROBLEMS, ROW_PROBLEMS)
BYTES_PER_RECORD = 64  # a guess, for the size of chunks, where nothing counts the records before


@dataclasses.dataclass(frozen=True)
class Rows:
    """``expected`` is about how many; ``read`` opens them; ``found`` is what the answer says of the file.

    While the rows are read, ``found`` gets the notes of the checker.
    """

    expected: int
    read: Callable[[], Iterator[list[Any]]]
    found: dict[str, Any]


def _json(spooled: Spooled, _operation: Operation, checker: RecordChecker) -> Rows:
    expected = spooled.size // BYTES_PER_RECORD
    return Rows(expected, JSONBody(spooled, checker, takes_list=True).lists, {"format": "json"})


def _ndjson(spooled: Spooled, _operation: Operation, checker: RecordChecker) -> Rows:
    return Rows(spooled.lines, lambda: read_ndjson(spooled.file, checker), {"format": "ndjson"})


def _csv(spooled: Spooled, operation: Operation, checker: RecordChecker) -> Rows:
    shape = shape_of(spooled.file, columns_of(operation))
    found = {
        "format": "csv",
        "encoding": {"cp1251": "windows-1251"}.get(shape.encoding, shape.encoding.removesuffix("-sig")),
        "byte_order_mark": shape.encoding.endswith("-sig"),
        "delimiter": shape.delimiter,
        "columns": list(shape.columns),
    }
    return Rows(max(spooled.lines - 1, 1), lambda: read_csv(spooled.file, shape, checker), found)


_OPENERS = {JSON: _json, NDJSON: _ndjson, CSV: _csv}


def columns_of(operation: Operation) -> Columns:
    known, shown = own_fields(operation.record), shown_fields(operation.record)
    return Columns(known, operation.required, (*LINE_FIELDS, *operation.result.__struct_fields__), shown)


def open_rows(media_type: str, spooled: Spooled, operation: Operation, checker: RecordChecker) -> Rows:
    """``media_type`` is one of FORMATS. Problem 400 for a body that is not what it says.

    In a load an id counts once: a later row that has it is refused.
    """
    rows = _OPENERS[media_type](spooled, operation, checker)
    read = rows.read if operation.loads is None else lambda: without_duplicates(rows.read())
    return dataclasses.replace(rows, read=lambda: _noted(read(), checker, rows.found))


def _noted(lists: Iterator[list[Any]], checker: RecordChecker, found: dict[str, Any]) -> Iterator[list[Any]]:
    for items in lists:
        found.update(checker.notes)
        yield items
