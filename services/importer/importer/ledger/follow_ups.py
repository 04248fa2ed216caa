"""Retry and undo: new batches made of the rows of a finished one, which itself never changes."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row, text

from importer.ledger.accept import COUNT_ROWS, Accepted, NewBatch, insert_batch
from importer.ledger.queues import NOTIFY
from importer.ledger.results import CHUNKS_PER_READ, pages
from importer.ledger.states import ChunkState
from importer.ledger.stored import numbered_records, with_heads
from stackroom_jobs.loads import Applied
from stackroom_jobs.outcomes import Outcome, ok_line
from stackroom_sql.engine import transaction

ROWS_PER_CHUNK = 2500
_encoder = msgspec.json.Encoder()


# retry: what failed or was cancelled, as it was given.
CHUNKS_TO_RETRY = text("""
SELECT first_row, last_row, state, records, output FROM importer.chunk
WHERE batch_id = :batch_id AND first_row > :after AND (state = 'cancelled' OR failed_rows > 0)
ORDER BY first_row LIMIT :limit""")

# undo: what a load created goes straight to be applied; no worker has anything to compute.
OUTPUTS_WITH_CREATED = text("""
SELECT first_row, output FROM importer.chunk
WHERE batch_id = :batch_id AND state = 'done' AND created > 0 AND first_row > :after ORDER BY first_row LIMIT :limit""")
INSERT_UNDO_CHUNK = text("""
INSERT INTO importer.chunk (batch_id, first_row, last_row, rows, queue, applies, state, records, output)
VALUES (:batch_id, :first_row, :last_row, :rows, :queue, true, 'applying', :records, :output)""")
BATCHES_OF_KEYS = text("SELECT idempotency_key, id FROM importer.batch WHERE idempotency_key = ANY(:keys)")


class _Line(msgspec.Struct):
    result: Applied | msgspec.UnsetType = msgspec.UNSET


class Created(msgspec.Struct):
    """A row of the catalog, and its ETag when the load had made it."""

    id: int
    etag: str


_decoder = msgspec.json.Decoder(_Line)


def failed_records(engine: Engine, batch_id: str) -> Iterator[list[Any]]:
    """Lists of records in input order, still as JSON; refused rows are not among them: they would be refused again."""
    for chunk in pages(engine, CHUNKS_TO_RETRY, batch_id, "first_row", CHUNKS_PER_READ):
        wanted = _wanted(chunk)
        numbered = numbered_records(chunk.first_row, chunk.records)
        yield [msgspec.Raw(record) for row, record in numbered if row in wanted]


def _wanted(chunk: Row[Any]) -> range | set[int]:
    if chunk.state == ChunkState.CANCELLED:
        return range(chunk.first_row, chunk.last_row + 1)
    return {head.row for head, _ in with_heads(chunk.output.encode()) if head.outcome == Outcome.FAILED}


def created_rows(engine: Engine, batch_id: str) -> Iterator[Created]:
    """In the order of the load."""
    for chunk in pages(engine, OUTPUTS_WITH_CREATED, batch_id, "first_row", CHUNKS_PER_READ):
        for line in _decoder.decode_lines(chunk.output.encode()):
            if line.result is not msgspec.UNSET and line.result.change == "created":
                yield Created(line.result.id, line.result.etag or "")


def left_rows(engine: Engine, batch_id: str) -> Iterator[Created]:
    """The rows that an undo did not take away: they were changed since, or it was cancelled before it came to them."""
    for records in failed_records(engine, batch_id):
        yield from (msgspec.json.decode(record, type=Created) for record in records)


def accept_undo(engine: Engine, new: NewBatch, created: Iterator[Created]) -> Accepted:
    """The batch that takes the rows ``created`` away again; the same one where it was made before."""
    with transaction(engine) as connection:
        accepted = insert_batch(connection, new)
        if accepted.is_new:
            rows = _insert_chunks(connection, accepted.batch_id, new, created)
            counts = {"rows": rows, "refused": 0, "open": True, "input": "{}"}
            connection.execute(COUNT_ROWS, {"id": accepted.batch_id, **counts})
            connection.execute(NOTIFY)
    return accepted


def _insert_chunks(connection: Connection, batch_id: str, new: NewBatch, created: Iterator[Created]) -> int:
    rows = 0
    while part := list(islice(created, ROWS_PER_CHUNK)):
        lines = [ok_line(row, one) for row, one in enumerate(part, rows + 1)]
        parameters = {
            "batch_id": batch_id,
            "first_row": rows + 1,
            "last_row": rows + len(part),
            "rows": len(part),
            "queue": new.queue,
            "records": _encoder.encode(part).decode(),
            "output": _encoder.encode_lines(lines).decode(),
        }
        connection.execute(INSERT_UNDO_CHUNK, parameters)
        rows += len(part)
    return rows


def batches_of_keys(engine: Engine, keys: list[str]) -> dict[str, str]:
    """Ids by their idempotency keys."""
    with engine.connect() as connection:
        found = connection.execute(BATCHES_OF_KEYS, {"keys": keys}).all()
    return {row.idempotency_key: row.id for row in found}
