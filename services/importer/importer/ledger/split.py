"""split: one poison record never costs its neighbours.

A chunk with too much trouble becomes up to sixteen smaller ones; a lone record becomes a failed outcome.
"""

import dataclasses
import logging
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row

from importer.ledger.limits import MAX_EXPIRED, MAX_PIECES
from importer.ledger.statements import (
    DELETE_CHUNK,
    EXPIRED_TOO_OFTEN,
    FINISH_AS_FAILED,
    INSERT_PIECE,
    LOCK_BATCH,
    LOCK_CHUNK,
)
from importer.ledger.stored_records import numbered_records
from importer.parsing.gaps import gaps_text
from stackroom_jobs.outcomes import failed_line
from stackroom_sql.engine import transaction

logger = logging.getLogger(__name__)
_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_encoder = msgspec.json.Encoder()


@dataclasses.dataclass(frozen=True)
class Trouble:
    """Why a chunk is split, and the outcome of a record that ends alone."""

    code: str
    detail: str


@dataclasses.dataclass(frozen=True)
class Piece:
    first_row: int
    last_row: int
    rows: int
    gaps: str | None
    records: str


def pieces_of(first_row: int, records: str) -> Iterator[Piece]:
    """Cut a JSON array of records into at most sixteen; nulls (refused rows) count as nothing."""
    items = _decoder.decode(records)
    size = -(-len(items) // MAX_PIECES)
    for start in range(0, len(items), size):
        part = items[start : start + size]
        first = first_row + start
        refused = [row for row, item in enumerate(part, first) if bytes(item) == b"null"]
        rows = len(part) - len(refused)
        if rows:
            yield Piece(first, first + len(part) - 1, rows, gaps_text(refused), _encoder.encode(part).decode())


def failed_output(first_row: int, records: str, trouble: Trouble) -> str:
    """One failed line for every record of a chunk."""
    lines = (
        failed_line(row, trouble.code, trouble.detail, record) for row, record in numbered_records(first_row, records)
    )
    return b"".join(lines).decode()


def finish_as_failed(connection: Connection, batch_id: str, chunk: Row[Any], trouble: Trouble) -> None:
    """Every record of the chunk fails with this trouble, and the chunk is done."""
    output = failed_output(chunk.first_row, chunk.records, trouble)
    parameters = {"batch_id": batch_id, "first_row": chunk.first_row, "output": output}
    connection.execute(FINISH_AS_FAILED, parameters | dataclasses.asdict(trouble))


def _cut(connection: Connection, batch_id: str, chunk: Row[Any], trouble: Trouble) -> None:
    connection.execute(DELETE_CHUNK, {"batch_id": batch_id, "first_row": chunk.first_row})
    for piece in pieces_of(chunk.first_row, chunk.records):
        inherited = {"batch_id": batch_id, "queue": chunk.queue, "applies": chunk.applies, "lines": chunk.lines}
        parameters = inherited | dataclasses.asdict(piece)
        connection.execute(INSERT_PIECE, parameters | dataclasses.asdict(trouble))


def split(connection: Connection, batch_id: str, first_row: int, trouble: Trouble) -> None:
    """Inside a transaction. Takes the batch's row first: a cancel then sees all the pieces, or none."""
    connection.execute(LOCK_BATCH, {"batch_id": batch_id})
    chunk = connection.execute(LOCK_CHUNK, {"batch_id": batch_id, "first_row": first_row}).first()
    if chunk is None or chunk.held:
        return
    logger.warning("batch=%s rows=%d-%d split: %s", batch_id, first_row, chunk.last_row, trouble.code)
    if chunk.rows == 1:
        finish_as_failed(connection, batch_id, chunk, trouble)
    else:
        _cut(connection, batch_id, chunk, trouble)


def split_expired(engine: Engine) -> int:
    """Split what nobody reported in time again and again; gives their number."""
    with engine.connect() as connection:
        found = connection.execute(EXPIRED_TOO_OFTEN, {"max_expired": MAX_EXPIRED}).all()
    for row in found:
        with transaction(engine) as connection:
            split(
                connection,
                row.batch_id,
                row.first_row,
                Trouble("worker_lost", "Its lease ran out again and again."),
            )
    return len(found)
