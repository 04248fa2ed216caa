"""The chunks of an undo: what a load created, as it was created, ready to be taken back by the catalog."""

from collections.abc import Iterator
from itertools import islice

import msgspec
from sqlalchemy import Connection, Engine

from importer.ledger.accept import Accepted, NewBatch, insert_batch
from importer.ledger.again import failed_records
from importer.ledger.results import pages
from importer.ledger.statements import COUNT_ROWS, INSERT_UNDO_CHUNK, NOTIFY, OUTPUTS_WITH_CREATED
from stackroom_jobs.loads import Applied
from stackroom_jobs.outcomes import ok_line
from stackroom_sql.engine import transaction

ROWS_PER_CHUNK = 2500
CHUNKS_PER_READ = 8
_encoder = msgspec.json.Encoder()


class _Line(msgspec.Struct):
    result: Applied | msgspec.UnsetType = msgspec.UNSET


class Created(msgspec.Struct):
    """A row of the catalog, and what it was like when the load had made it."""

    id: int
    etag: str


_decoder = msgspec.json.Decoder(_Line)


def created_rows(engine: Engine, batch_id: str) -> Iterator[Created]:
    """In the order of the load."""
    for chunk in pages(engine, OUTPUTS_WITH_CREATED, batch_id, "first_row", CHUNKS_PER_READ):
        for line in _decoder.decode_lines(chunk.output.encode()):
            if line.result is not msgspec.UNSET and line.result.change == "created":
                yield Created(line.result.id, line.result.etag or "")


def left_rows(engine: Engine, batch_id: str) -> Iterator[Created]:
    """What an undo left, or did not come to before it was cancelled."""
    for records in failed_records(engine, batch_id):
        yield from (msgspec.json.decode(record, type=Created) for record in records)


def accept_undo(engine: Engine, new: NewBatch, created: Iterator[Created]) -> Accepted:
    """The batch that takes ``created`` back; the same one where it was made before."""
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
