"""``POST /preview``: what the importer makes of a file, before anything is written."""

from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import msgspec
from flask import Blueprint, Response

from importer.batches.accepting import checker_for, live_slots
from importer.batches.backpressure import check_disk
from importer.batches.guessing import likely_operation
from importer.batches.request import encoding_argument, operation_named, queue_for
from importer.batches.upload import upload
from importer.intake.checker import Refusal
from importer.intake.detection import Declared
from importer.intake.empty import empty_batch
from importer.intake.formats import JSON, looked_at, open_rows
from importer.intake.places import Places
from importer.intake.spool import Spooled, spool
from importer.services import services
from stackroom_jobs.operations import Operation
from stackroom_kit.arguments import refuse_unknown_arguments, text_argument

ROWS_SHOWN = 10
ROWS_READ = 1000  # enough to see a wrong column or delimiter, whatever the size of the file
blueprint = Blueprint("preview", __name__, url_prefix="/api/importer")


@blueprint.post("/preview")
def preview() -> Response:
    """Read the body as a batch of it would be read, and say what is found. Problems as of ``POST /batches``."""
    refuse_unknown_arguments({"operation", "queue", "encoding"})
    check_disk(services().settings)
    with upload() as sent, spool(sent.stream, b"") as spooled:
        text = looked_at(sent.media_type, spooled, Declared(encoding_argument(), sent.charset))
        found = _found(sent.media_type, text, _operation(sent.media_type, text))
    return Response(msgspec.json.encode(found), content_type=JSON)


def _operation(media_type: str, spooled: Spooled) -> Operation:
    """The one that is asked for, else the one that the file looks most like."""
    name = text_argument("operation")
    if name is None:
        return likely_operation(media_type, spooled, services().limits.max_record_bytes)
    return operation_named(name)


def _found(media_type: str, spooled: Spooled, operation: Operation) -> dict[str, Any]:
    queue = queue_for(operation, text_argument("queue"))
    rows = open_rows(media_type, spooled, operation, checker_for(operation, services().limits))
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
        "size": spooled.size,
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
