"""Which records of a batch are in work and which come next, where each takes so long that somebody waits for it."""

from typing import Any

import msgspec
from sqlalchemy import Engine, Row

from importer.batches.answers import PendingRecord
from importer.ledger.batch import unfinished_records
from importer.ledger.stored import numbered_records
from stackroom_jobs.operations import OPERATIONS

MOST_RECORDS = 20


def pending_records(engine: Engine, batch: Row[Any]) -> list[PendingRecord] | None:
    """The first 20, those in work before the others; None of an operation whose chunks hold many records."""
    if OPERATIONS[batch.operation].max_rows > 1:
        return None
    return [
        _described(chunk, row, record)
        for chunk in unfinished_records(engine, batch.id, MOST_RECORDS)
        for row, record in numbered_records(chunk.first_row, chunk.records)
    ]


def _described(chunk: Row[Any], row: int, record: bytes) -> PendingRecord:
    """``current`` of ``total`` are null until the worker has told them."""
    is_told = chunk.is_running and chunk.total > 0
    return PendingRecord(
        row=row,
        record=msgspec.Raw(record),
        is_running=chunk.is_running,
        current=chunk.current if is_told else None,
        total=chunk.total if is_told else None,
    )
