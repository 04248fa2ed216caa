"""accept: one transaction writes the batch, its chunks and its refused rows; nothing is published here."""

import dataclasses
import json
import secrets
from functools import partial

from sqlalchemy import Connection, Engine, text

from importer.ledger.copy_stream import copy, copy_row
from importer.ledger.queues import NOTIFY
from importer.parsing.chunks import Chunks, NewChunk
from importer.parsing.spool import DISK
from stackroom_kit.disk_room import DiskRoom, SpoolFile
from stackroom_kit.problems import full_disk_is_a_problem
from stackroom_sql.engine import transaction

# Of parallel posts with one key, one inserts and the others wait.
INSERT_BATCH = text("""
INSERT INTO importer.batch
  (id, idempotency_key, digest, operation, options, source, queue, request_id, retry_of, undo_of, actor_id, actor_name,
   actor_kind, operation_version)
VALUES
  (:id, :idempotency_key, :digest, :operation, :options, :source, :queue, :request_id, :retry_of, :undo_of, :actor_id,
   :actor_name, :actor_kind, :operation_version)
ON CONFLICT (idempotency_key) DO NOTHING
RETURNING id""")
BATCH_OF_KEY = text("SELECT id, digest FROM importer.batch WHERE idempotency_key = :idempotency_key")
# A retry or an undo locks the batch that it is made of: a delete waits for it, or was first and is noticed here.
HOLD_ORIGINAL = text("SELECT expired_at IS NULL FROM importer.batch WHERE id = :batch_id FOR SHARE")
# A long body may take its time; how long it may be is checked elsewhere.
NO_TIME_LIMIT = text("SET LOCAL statement_timeout = 0")
COPY_CHUNKS = """COPY importer.chunk
  (batch_id, first_row, last_row, rows, gaps, queue, applies, records, lines) FROM STDIN"""
COPY_REFUSED_ROWS = "COPY importer.refused_row (batch_id, row, line) FROM STDIN"
COUNT_ROWS = text("""
UPDATE importer.batch SET rows = :rows, refused = :refused, open = :open, input = :input WHERE id = :id""")


@dataclasses.dataclass(frozen=True)
class NewBatch:
    """``options`` is a JSON object as text.

    ``digest`` covers operation, options and the bytes of the body. ``applies``: the catalog is to be loaded with it.
    ``operation_version`` is None of an undo, for which nothing is computed.
    """

    operation: str
    options: str
    source: str
    queue: str
    request_id: str
    digest: str
    idempotency_key: str | None = None
    applies: bool = False
    retry_of: str | None = None
    undo_of: str | None = None
    actor_id: str | None = None
    actor_name: str | None = None
    actor_kind: str | None = None
    operation_version: int | None = None


@dataclasses.dataclass(frozen=True)
class Accepted:
    """``is_new`` is False where the same key had the same batch before."""

    batch_id: str
    is_new: bool


class KeyReusedError(Exception):
    """The idempotency key belongs to a batch with another digest."""


class OriginalGoneError(Exception):
    """The batch that a retry or an undo is made of was deleted meanwhile."""


def accept(engine: Engine, new: NewBatch, chunks: Chunks, room: DiskRoom) -> Accepted:
    """``chunks`` are read only where the key is free, so a repeat costs no parsing.

    Their refused rows wait in a file in ``room``, since one connection runs one COPY at a time.
    KeyReusedError; Problem 503 where the file finds no room; whatever reading the chunks raises.
    """
    with transaction(engine) as connection:
        accepted = insert_batch(connection, new)
        if not accepted.is_new:
            return accepted
        connection.execute(NO_TIME_LIMIT)
        with full_disk_is_a_problem(DISK), SpoolFile(room) as refused:
            copy(connection, COPY_CHUNKS, map(partial(_chunk_line, accepted.batch_id, new, refused), chunks))
            refused.begin_reading()
            copy(connection, COPY_REFUSED_ROWS, refused)
        counts = {"rows": chunks.rows, "refused": chunks.refused, "open": chunks.rows > chunks.refused}
        connection.execute(COUNT_ROWS, {"id": accepted.batch_id, **counts, "input": json.dumps(chunks.input)})
        connection.execute(NOTIFY)
    return accepted


def insert_batch(connection: Connection, new: NewBatch) -> Accepted:
    """A new batch, still without rows, or the one that has its key already. KeyReusedError, OriginalGoneError."""
    batch_id = secrets.token_hex(12)
    original = new.retry_of or new.undo_of
    if original and not connection.execute(HOLD_ORIGINAL, {"batch_id": original}).scalar():
        raise OriginalGoneError
    if connection.execute(INSERT_BATCH, {"id": batch_id, **dataclasses.asdict(new)}).first() is None:
        return _batch_of_key(connection, new)
    return Accepted(batch_id, is_new=True)


def _batch_of_key(connection: Connection, new: NewBatch) -> Accepted:
    known = connection.execute(BATCH_OF_KEY, {"idempotency_key": new.idempotency_key}).one()
    if known.digest != new.digest:
        raise KeyReusedError
    return Accepted(known.id, is_new=False)


def _chunk_line(batch_id: str, new: NewBatch, refused: SpoolFile, chunk: NewChunk) -> bytes:
    """The chunk's line for COPY, empty where all its rows are refused. Refused rows are written to ``refused``."""
    for row, refusal in chunk.refused:
        refused.write(copy_row(batch_id, row, refusal.line(row).rstrip(b"\n")))
    if not chunk.rows:
        return b""
    place = (batch_id, chunk.first_row, chunk.last_row, chunk.rows, chunk.gaps)
    return copy_row(*place, new.queue, "t" if new.applies else "f", chunk.records, chunk.lines)
