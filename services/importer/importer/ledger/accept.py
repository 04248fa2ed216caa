"""accept: one transaction writes the batch, its chunks and its refused rows; nothing is published here."""

import dataclasses
import json
import secrets
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, Engine, text

from importer.ledger.copy_stream import copy, copy_row
from importer.ledger.queues import NOTIFY
from importer.parsing.checker import Refusal
from importer.parsing.chunks import Chunker, NewChunk
from stackroom_kit.disk_room import DiskRoom, SpoolFile
from stackroom_sql.engine import transaction

# Of parallel posts with one key, one inserts and the others wait.
INSERT_BATCH = text("""
INSERT INTO importer.batch
  (id, idempotency_key, digest, operation, options, source, queue, request_id, retry_of, undo_of)
VALUES
  (:id, :idempotency_key, :digest, :operation, :options, :source, :queue, :request_id, :retry_of, :undo_of)
ON CONFLICT (idempotency_key) DO NOTHING
RETURNING id""")
BATCH_OF_KEY = text("SELECT id, digest FROM importer.batch WHERE idempotency_key = :idempotency_key")
# Whoever deletes the batch that a retry or an undo is made of waits until that is made; or it comes too late.
HOLD_SOURCE = text("SELECT expired_at IS NULL FROM importer.batch WHERE id = :batch_id FOR SHARE")
# However long the body is: the client, the gateway and the disk bound it, and not the clock.
NO_TIME_LIMIT = text("SET LOCAL statement_timeout = 0")
COPY_CHUNKS = """COPY importer.chunk
  (batch_id, first_row, last_row, rows, gaps, queue, applies, records, lines) FROM STDIN"""
COPY_REFUSED_ROWS = "COPY importer.refused_row (batch_id, row, line) FROM STDIN"
COUNT_ROWS = text("""
UPDATE importer.batch SET rows = :rows, refused = :refused, open = :open, input = :input WHERE id = :id""")


@dataclasses.dataclass(frozen=True)
class NewBatch:
    """``options`` is a JSON object as text. ``input``, what was found out about the body, grows while it is read.

    ``digest`` covers operation, options and the bytes of the body. ``applies``: the catalog is to be loaded with it.
    """

    operation: str
    options: str
    source: str
    queue: str
    request_id: str
    digest: str
    idempotency_key: str | None = None
    input: dict[str, Any] = dataclasses.field(default_factory=dict)
    applies: bool = False
    retry_of: str | None = None
    undo_of: str | None = None


@dataclasses.dataclass(frozen=True)
class Accepted:
    """``is_new`` is False where the same key had the same batch before."""

    batch_id: str
    is_new: bool


class KeyReusedError(Exception):
    """The idempotency key belongs to a batch with another digest."""


class SourceGoneError(Exception):
    """The batch that a retry or an undo is made of was deleted meanwhile."""


class EmptyBatchError(Exception):
    """A batch without a single row."""


RowLists = Callable[[Callable[[int, Refusal], None]], tuple[Chunker, Iterable[NewChunk]]]


def accept(engine: Engine, new: NewBatch, open_rows: RowLists, room: DiskRoom) -> Accepted:
    """``open_rows`` is given the function that takes refused rows, and gives a chunker with its chunks.

    It is read only when the key is free, so a repeat costs no parsing. Refused rows wait in ``room``.
    KeyReusedError, EmptyBatchError, NoRoomError.
    """
    with transaction(engine) as connection:
        accepted = insert_batch(connection, new)
        if accepted.is_new:
            _copy_rows(connection, accepted.batch_id, new, open_rows, room)
            connection.execute(NOTIFY)
    return accepted


def insert_batch(connection: Connection, new: NewBatch) -> Accepted:
    """The batch without its rows yet, or the one that has its key. KeyReusedError, SourceGoneError."""
    batch_id = secrets.token_hex(12)
    source = new.retry_of or new.undo_of
    if source and not connection.execute(HOLD_SOURCE, {"batch_id": source}).scalar():
        raise SourceGoneError
    if connection.execute(INSERT_BATCH, {"id": batch_id, **dataclasses.asdict(new)}).first() is None:
        return _batch_of_key(connection, new)
    return Accepted(batch_id, is_new=True)


def _batch_of_key(connection: Connection, new: NewBatch) -> Accepted:
    known = connection.execute(BATCH_OF_KEY, {"idempotency_key": new.idempotency_key}).one()
    if known.digest != new.digest:
        raise KeyReusedError
    return Accepted(known.id, is_new=False)


def _copy_rows(connection: Connection, batch_id: str, new: NewBatch, open_rows: RowLists, room: DiskRoom) -> None:
    """Refused rows wait in a file of their own, since one connection runs one COPY at a time."""
    connection.execute(NO_TIME_LIMIT)
    with SpoolFile(room) as refused:
        chunker, chunks = open_rows(lambda row, refusal: _keep(refused, batch_id, row, refusal))
        copy(connection, COPY_CHUNKS, _chunk_lines(batch_id, new, chunks))
        if not chunker.rows:
            raise EmptyBatchError
        if chunker.refused:
            refused.begin_reading()
            copy(connection, COPY_REFUSED_ROWS, refused)
    counts = {"rows": chunker.rows, "refused": chunker.refused, "open": chunker.rows > chunker.refused}
    connection.execute(COUNT_ROWS, {"id": batch_id, **counts, "input": json.dumps(new.input)})


def _keep(file: SpoolFile, batch_id: str, row: int, refusal: Refusal) -> None:
    file.write(copy_row(batch_id, row, refusal.line(row).rstrip(b"\n")))


def _chunk_lines(batch_id: str, new: NewBatch, chunks: Iterable[NewChunk]) -> Iterator[bytes]:
    applies = "t" if new.applies else "f"
    for chunk in chunks:
        place = (batch_id, chunk.first_row, chunk.last_row, chunk.rows, chunk.gaps)
        yield copy_row(*place, new.queue, applies, chunk.records, chunk.lines)
