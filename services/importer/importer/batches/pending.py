"""Which records of a batch are in work and which come next, where each takes so long that somebody waits for it."""

import json
from typing import Any

from sqlalchemy import Engine, Row

from importer.ledger.reading import PENDING_RECORDS
from importer.ledger.stored_records import numbered_records
from stackroom_jobs.operations import OPERATIONS

MOST_RECORDS = 20


def pending_records(engine: Engine, batch: Row[Any]) -> list[dict[str, Any]] | None:
    """The first 20, those in work before the others; None of an operation whose chunks hold many records."""
    if OPERATIONS[batch.operation].max_rows > 1:
        return None
    with engine.connect() as connection:
        chunks = connection.execute(PENDING_RECORDS, {"batch_id": batch.id, "limit": MOST_RECORDS}).all()
    return [_described(chunk, row, record) for chunk in chunks for row, record in _records(chunk)]


def _records(chunk: Row[Any]) -> list[tuple[int, Any]]:
    return [(row, json.loads(record)) for row, record in numbered_records(chunk.first_row, chunk.records)]


def _described(chunk: Row[Any], row: int, record: Any) -> dict[str, Any]:
    """``current`` of ``total`` are null until the worker has told them."""
    is_told = chunk.is_running and chunk.total > 0
    return {
        "row": row,
        "record": record,
        "is_running": chunk.is_running,
        "current": chunk.current if is_told else None,
        "total": chunk.total if is_told else None,
    }
