"""``POST /preview``: what the importer makes of a file, before anything is written."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import msgspec
from flask import Blueprint, Response

from importer.batches.accept import checker_for, live_slots
from importer.batches.backpressure import check_disk
from importer.batches.file_options import FILE_OPTIONS, file_options
from importer.batches.guessing import likely_operation
from importer.batches.receiving import Received, received
from importer.batches.request import operation_named, queue_for
from importer.parsing.checker import Refusal
from importer.parsing.csv_heads import TableOptions
from importer.parsing.empty import empty_batch
from importer.parsing.formats import JSON, open_rows
from importer.parsing.places import Places
from importer.services import services
from stackroom_jobs.operations import Operation
from stackroom_kit.arguments import refuse_unknown_arguments, text_argument

ROWS_SHOWN = 10
ROWS_READ = 1000  # enough to see a wrong column or delimiter, whatever the size of the file
blueprint = Blueprint("preview", __name__, url_prefix="/api/importer")


@blueprint.post("/preview")
def preview() -> Response:
    """Read the body as a batch of it would be read, and say what is found. Problems as of ``POST /batches``."""
    refuse_unknown_arguments({"operation", "queue", *FILE_OPTIONS})
    told = file_options()
    check_disk(services().room)
    with received(told, b"", services().settings.max_body_bytes, services().room) as sent:
        found = _found(sent, _operation(sent, told.table), told.table)
    return Response(msgspec.json.encode(found), content_type=JSON)


def _operation(sent: Received, told: TableOptions) -> Operation:
    """The one that is asked for, else the one that the file looks most like."""
    name = text_argument("operation")
    if name is None:
        return likely_operation(sent.media_type, sent.spooled, services().limits.max_record_bytes, told)
    return operation_named(name)


def _found(sent: Received, operation: Operation, told: TableOptions) -> dict[str, Any]:
    queue = queue_for(operation, text_argument("queue"))
    rows = open_rows(sent.media_type, sent.spooled, operation, checker_for(operation, services().limits), told)
    items = list(islice(chain.from_iterable(rows.read()), ROWS_READ + 1))
    if not items:
        raise empty_batch(rows.nothing)
    is_whole = len(items) <= ROWS_READ
    lines = list(_lines(items[:ROWS_READ], rows.places))
    refused = [line for line in lines if "code" in line]
    return {
        "operation": operation.name,
        "queue": queue,
        "has_worker": live_slots(services().engine, operation, queue) > 0,
        "input": rows.found,
        "size": sent.spooled.size,
        "rows_read": len(lines),
        "rows_expected": len(lines) if is_whole else rows.expected,
        "is_whole": is_whole,
        "rows": lines[:ROWS_SHOWN],
        "rows_refused": len(refused),
        "refused": refused[:ROWS_SHOWN],
    }


def _lines(items: list[Any], places: Places) -> Iterator[dict[str, Any]]:
    """A refused row as its outcome line will be; a good one with its record as it was read."""
    for row, item in enumerate(items, 1):
        line = places.line_of(row)
        if type(item) is Refusal:
            yield dict(msgspec.json.decode(item.at(line).line(row)))
        else:
            yield {"row": row, **({"line": line} if line else {}), "record": item}
