"""What of a batch failed or was cancelled, as it was given: the rows of its retry."""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Engine, Row

from importer.ledger.lines import with_heads
from importer.ledger.results import pages
from importer.ledger.statements import UNFINISHED_BUSINESS
from importer.ledger.stored_records import numbered_records

CHUNKS_PER_READ = 8


def failed_records(engine: Engine, batch_id: str) -> Iterator[list[Any]]:
    """Lists of records in input order, still as JSON; refused rows are not among them: they would be refused again."""
    for chunk in pages(engine, UNFINISHED_BUSINESS, batch_id, "first_row", CHUNKS_PER_READ):
        wanted = _wanted(chunk)
        numbered = numbered_records(chunk.first_row, chunk.records)
        yield [msgspec.Raw(record) for row, record in numbered if row in wanted]


def _wanted(chunk: Row[Any]) -> range | set[int]:
    if chunk.state == "cancelled":
        return range(chunk.first_row, chunk.last_row + 1)
    return {head.row for head, _ in with_heads(chunk.output.encode()) if head.outcome == "failed"}
