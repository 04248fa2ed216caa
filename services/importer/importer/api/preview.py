"""``POST /preview``: what the importer makes of a file, before anything is written."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
from flask import Response

from importer.api.batch_bodies import BATCH_BODIES
from importer.batches.accept import checker_for
from importer.batches.answers import BatchInput, Preview
from importer.batches.backpressure import check_disk
from importer.batches.body import SpooledBody, spooled_body
from importer.batches.file_options import FILE_PARAMETERS, file_options
from importer.batches.likely_operation import likely_operation
from importer.batches.request import LISTED, QUEUE, operation_named, queue_for, right_asked_for
from importer.ledger.queues import live_slots
from importer.parsing.csv_heads import TableOptions
from importer.parsing.formats import open_rows
from importer.parsing.refusal import Refusal
from importer.parsing.rows import Rows, file_line
from importer.problems import EMPTY_BATCH, PREVIEW
from importer.services import services
from stackroom_jobs.operation import Operation
from stackroom_kit.api import Api, json_answer, json_of
from stackroom_kit.arguments import text_argument, text_parameter

ROWS_SHOWN = 10
ROWS_READ = 1000  # enough to see a wrong column or delimiter, whatever the size of the file
PREVIEW_PARAMETERS = (
    text_parameter(
        "operation",
        f"What it is for: {LISTED} Left out, the one whose fields the rows have, or most of them.",
    ),
    QUEUE,
    *FILE_PARAMETERS,
)
api = Api("preview", __name__, "/api/importer", tag="batches")


@api.call(
    "POST",
    "/preview",
    right="operator",
    further=right_asked_for,
    parameters=PREVIEW_PARAMETERS,
    body=BATCH_BODIES,
    answers={200: json_of(Preview, "What was found.")},
    problems=PREVIEW,
)
def preview() -> Response:
    """What a batch of this body would be read as; nothing is written."""
    told = file_options(services().registry.fields)
    name = text_argument("operation")
    asked = None if name is None else operation_named(name)
    check_disk(services().room)
    with spooled_body(told, b"", services().settings.max_body_bytes, services().room) as sent:
        return json_answer(_found(sent, asked or _likely(sent, told.table), told.table))


def _likely(sent: SpooledBody, told: TableOptions) -> Operation:
    """The one that the file looks most like, and be it one that whoever asks may not send: he is only told."""
    here = services()
    return likely_operation(here.registry.all(), sent.media_type, sent.spooled, here.limits.max_record_bytes, told)


def _found(sent: SpooledBody, operation: Operation, told: TableOptions) -> Preview:
    queue = queue_for(operation, text_argument("queue"))
    rows = open_rows(sent.media_type, sent.spooled, operation, checker_for(operation, services().limits), told)
    found = list(islice(_lines(rows), ROWS_READ + 1))
    if not found:
        raise EMPTY_BATCH(rows.if_empty)
    is_whole, lines = len(found) <= ROWS_READ, found[:ROWS_READ]
    refused = [line for line in lines if "code" in line]
    return Preview(
        operation=operation.name,
        queue=queue,
        has_worker=live_slots(services().engine, operation.name, queue) > 0,
        input=msgspec.convert(rows.input, BatchInput),
        size=sent.spooled.size,
        rows_read=len(lines),
        rows_expected=len(lines) if is_whole else rows.expected,
        is_whole=is_whole,
        rows=lines[:ROWS_SHOWN],
        rows_refused=len(refused),
        refused=refused[:ROWS_SHOWN],
    )


def _lines(rows: Rows) -> Iterator[dict[str, Any]]:
    """A refused row as its outcome line will be; a good one with its record as it was read."""
    numbered = ((block, at) for block in rows.blocks for at in range(len(block.items)))
    for row, (block, at) in enumerate(numbered, 1):
        item, line = block.items[at], file_line(row, block.lines, at)
        if type(item) is Refusal:
            yield dict(msgspec.json.decode(item.at(line).line(row)))
        else:
            yield {"row": row, **({"line": line} if line else {}), "record": item}
