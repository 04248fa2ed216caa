"""The forms that a batch may come in, each with its way to read it."""

import dataclasses
from typing import Any

from importer.parsing.checker import RecordChecker
from importer.parsing.csv_heads import UNTOLD, Columns, TableOptions, heads_of
from importer.parsing.csv_rows import read_csv
from importer.parsing.csv_shape import CSVShape, shape_of
from importer.parsing.detection import Declared, encoding_of
from importer.parsing.duplicates import SeenIds
from importer.parsing.json_body import JSONBody
from importer.parsing.ndjson import read_ndjson
from importer.parsing.rows import Rows
from importer.parsing.spool import Spooled, in_utf8
from stackroom_jobs.operation import Operation
from stackroom_jobs.outcomes import LINE_FIELDS

JSON, NDJSON, CSV = "application/json", "application/x-ndjson", "text/csv"
TSV = "text/tab-separated-values"  # another name of CSV
FORMATS = (JSON, NDJSON, CSV)
ONLY_HEADS = "The file has a line that names the columns, and no row below it."
BYTES_PER_RECORD = 64  # a guess, for the size of chunks, where nothing counts the records before


def _json(spooled: Spooled, _operation: Operation, checker: RecordChecker, _told: TableOptions) -> Rows:
    described = {"format": "json", **spooled.encoding.found()}
    body = JSONBody(in_utf8(spooled), checker, takes_list=True)
    return Rows(body.blocks(), spooled.size // BYTES_PER_RECORD, described, checker.notes)


def _ndjson(spooled: Spooled, _operation: Operation, checker: RecordChecker, _told: TableOptions) -> Rows:
    described = {"format": "ndjson", **spooled.encoding.found()}
    return Rows(read_ndjson(in_utf8(spooled).file, checker), spooled.lines, described, checker.notes)


def _csv(spooled: Spooled, operation: Operation, checker: RecordChecker, told: TableOptions) -> Rows:
    shape = shape_of(spooled.file, spooled.encoding, columns_of(operation), told)
    checker.notes.passed_over.update(shape.passed_over)
    expected = max(spooled.lines - shape.head_line, 1)
    return Rows(read_csv(spooled.file, shape, checker), expected, _described(shape), checker.notes, ONLY_HEADS)


def _described(shape: CSVShape) -> dict[str, Any]:
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


def with_encoding(spooled: Spooled, declared: Declared) -> Spooled:
    """The file with its encoding. Problem 400 for bytes that are not in the one that is said, or may be in several."""
    found = dataclasses.replace(spooled, encoding=encoding_of(spooled.file, declared))
    found.file.seek(0)
    return found


def columns_of(operation: Operation) -> Columns:
    schema = operation.record_schema
    of_results = (*LINE_FIELDS, *operation.result_schema.by_name)
    return Columns(operation.name, schema.own, operation.required, of_results, schema.shown, heads_of(operation))


def open_rows(
    media_type: str, spooled: Spooled, operation: Operation, checker: RecordChecker, told: TableOptions = UNTOLD
) -> Rows:
    """``media_type`` is one of FORMATS. Problem 400 for a body that is not what it says.

    In a load an id counts once: a later row that has it is refused.
    """
    rows = _OPENERS[media_type](spooled, operation, checker, told)
    if operation.loads is None:
        return rows
    return dataclasses.replace(rows, blocks=map(SeenIds().refuse_repeated, rows.blocks))
