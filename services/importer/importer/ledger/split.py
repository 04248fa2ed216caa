"""split: one poison record never costs its neighbours.

A chunk that failed too often becomes up to sixteen smaller ones; a lone record becomes a failed outcome.
"""

import dataclasses
import logging
from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row, text

from importer.ledger.stored import numbered_records
from importer.parsing.row_numbers import gaps_text
from stackroom_jobs.outcomes import failed_line
from stackroom_sql.engine import transaction

# After how much of each kind a chunk is split; each is counted apart.
MAX_FAILURES = 5  # reports of an operation that failed as a whole
MAX_DEATHS = 2  # children that died, or were killed at their time limit, while they held the chunk
MAX_EXPIRED = 4  # leases that ran out and were taken again; the fifth is not taken, but split
MAX_DEVICE_LOSSES = 8  # devices that failed under the chunk: by then it is the chunk that breaks them
MAX_PIECES = 16
logger = logging.getLogger(__name__)
_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_encoder = msgspec.json.Encoder()

EXPIRED_TOO_OFTEN = text("""
SELECT batch_id, first_row FROM importer.chunk
WHERE state = 'leased' AND due_at <= now() AND expired >= :max_expired""")
LOCK_BATCH = text("SELECT id FROM importer.batch WHERE id = :batch_id FOR SHARE")
LOCK_CHUNK = text("""
SELECT first_row, last_row, rows, queue, applies, records, lines, expired,
  state = 'leased' AND due_at > now() AS held
FROM importer.chunk
WHERE batch_id = :batch_id AND first_row = :first_row AND state IN ('ready', 'leased') FOR UPDATE""")
DELETE_CHUNK = text("DELETE FROM importer.chunk WHERE batch_id = :batch_id AND first_row = :first_row")
INSERT_PIECE = text("""
INSERT INTO importer.chunk (batch_id, first_row, last_row, rows, gaps, queue, applies, records, lines, error_code,
  error)
VALUES (:batch_id, :first_row, :last_row, :rows, :gaps, :queue, :applies, :records, :lines, :code,
  :detail)""")
FINISH_AS_FAILED = text("""
UPDATE importer.chunk SET state = 'done', output = :output, failed_rows = rows, token = NULL, worker = NULL,
  delivery = NULL, finished_at = clock_timestamp(), error_code = :code, error = :detail
WHERE batch_id = :batch_id AND first_row = :first_row""")


@dataclasses.dataclass(frozen=True)
class Failure:
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


def failed_output(first_row: int, records: str, failure: Failure) -> str:
    """One failed line for every record of a chunk."""
    lines = (
        failed_line(row, failure.code, failure.detail, record) for row, record in numbered_records(first_row, records)
    )
    return b"".join(lines).decode()


def finish_as_failed(connection: Connection, batch_id: str, chunk: Row[Any], failure: Failure) -> None:
    """Every record of the chunk fails with this, and the chunk is done."""
    output = failed_output(chunk.first_row, chunk.records, failure)
    parameters = {"batch_id": batch_id, "first_row": chunk.first_row, "output": output}
    connection.execute(FINISH_AS_FAILED, parameters | dataclasses.asdict(failure))


def _replace_by_pieces(connection: Connection, batch_id: str, chunk: Row[Any], failure: Failure) -> None:
    connection.execute(DELETE_CHUNK, {"batch_id": batch_id, "first_row": chunk.first_row})
    for piece in pieces_of(chunk.first_row, chunk.records):
        inherited = {"batch_id": batch_id, "queue": chunk.queue, "applies": chunk.applies, "lines": chunk.lines}
        parameters = inherited | dataclasses.asdict(piece)
        connection.execute(INSERT_PIECE, parameters | dataclasses.asdict(failure))


def split(connection: Connection, batch_id: str, first_row: int, failure: Failure) -> None:
    """Inside a transaction. It locks the batch's row first, so that a cancel sees all the pieces or none."""
    connection.execute(LOCK_BATCH, {"batch_id": batch_id})
    chunk = connection.execute(LOCK_CHUNK, {"batch_id": batch_id, "first_row": first_row}).first()
    if chunk is None or chunk.held:
        return
    logger.warning("batch=%s rows=%d-%d split: %s", batch_id, first_row, chunk.last_row, failure.code)
    if chunk.rows == 1:
        finish_as_failed(connection, batch_id, chunk, failure)
    else:
        _replace_by_pieces(connection, batch_id, chunk, failure)


def split_expired(engine: Engine) -> int:
    """Split the chunks whose leases ran out too often; gives their number."""
    with engine.connect() as connection:
        found = connection.execute(EXPIRED_TOO_OFTEN, {"max_expired": MAX_EXPIRED}).all()
    for row in found:
        with transaction(engine) as connection:
            failure = Failure("worker_lost", "Its lease ran out again and again.")
            split(connection, row.batch_id, row.first_row, failure)
    return len(found)
