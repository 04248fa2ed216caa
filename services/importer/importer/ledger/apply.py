"""apply: a chunk whose rows wait for the catalog is taken; then it is done, cancelled, put back or split.

It is done only with what the catalog says.
"""

import dataclasses
import json
import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, Row, TextClause, text

from importer.ledger.lease import BACK_OFF
from importer.ledger.split import DELETE_CHUNK, LOCK_BATCH, MAX_FAILURES, Failure, finish_as_failed, pieces_of, split
from importer.ledger.states import ChunkState
from importer.ledger.stored import of_rows
from stackroom_jobs.loads import Change
from stackroom_sql.engine import transaction

logger = logging.getLogger(__name__)

# A chunk of the batch that was applied least recently is taken under a lease of its own. The range of rows is asked
# for each time, since a split changes it.
TAKE_APPLYING = text("""
WITH pick AS (
  SELECT c.batch_id, c.first_row FROM importer.chunk c JOIN importer.batch b ON b.id = c.batch_id
  WHERE c.state = 'applying' AND c.due_at <= now()
    AND (CAST(:only_batch AS text) IS NULL OR c.batch_id = :only_batch)
  ORDER BY b.applied_at, c.batch_id, c.first_row LIMIT 1 FOR UPDATE OF c SKIP LOCKED),
took AS (
  UPDATE importer.chunk k SET applier = :applier, offered = true, due_at = now() + make_interval(secs => :lease)
  FROM pick WHERE (k.batch_id, k.first_row) = (pick.batch_id, pick.first_row)
  RETURNING k.batch_id, k.first_row, k.last_row, k.output),
applied AS (
  UPDATE importer.batch SET applied_at = clock_timestamp(), started_at = COALESCE(started_at, now())
  WHERE id = (SELECT id FROM importer.batch WHERE id = (SELECT batch_id FROM took) FOR NO KEY UPDATE SKIP LOCKED))
SELECT took.*, b.operation, b.options, b.request_id, b.actor_id, b.actor_name, b.undo_of IS NOT NULL AS is_undo,
  b.cancelled_at IS NOT NULL AS is_cancelled
FROM took JOIN importer.batch b ON b.id = took.batch_id""")
HAS_LOADS = text("SELECT EXISTS (SELECT FROM importer.batch WHERE open AND operation = ANY(:operations))")
_THIS_APPLYING = "batch_id = :batch_id AND first_row = :first_row AND last_row = :last_row AND state = 'applying'"
FINISH_APPLIED = text(f"""
UPDATE importer.chunk SET state = 'done', output = :output, failed_rows = :failed_rows, applier = NULL,
  created = :created, updated = :updated, unchanged = :unchanged, skipped = :skipped, removed = :removed,
  finished_at = clock_timestamp()
WHERE {_THIS_APPLYING}""")
CANCEL_APPLYING = text(f"""
UPDATE importer.chunk SET state = 'cancelled', applier = NULL, finished_at = clock_timestamp()
WHERE {_THIS_APPLYING}""")
PUT_BACK_APPLYING = text(f"UPDATE importer.chunk SET due_at = now(), applier = NULL WHERE {_THIS_APPLYING}")
COUNT_REFUSAL = text(f"""
UPDATE importer.chunk SET refusals = refusals + 1, applier = NULL, error_code = 'refused_by_catalog', error = :reason,
  due_at = now() + make_interval(secs => 2 ^ refusals)
WHERE {_THIS_APPLYING} RETURNING refusals""")
# An output that cannot be read was never sent to the catalog, so a worker may compute it again.
RECOMPUTE = text(f"""
UPDATE importer.chunk SET
  state = CASE WHEN EXISTS (SELECT FROM importer.batch WHERE id = :batch_id AND cancelled_at IS NOT NULL)
    THEN 'cancelled' ELSE 'ready' END,
  token = NULL, worker = NULL, delivery = NULL, output = NULL, applier = NULL, offered = false,
  failures = failures + 1, error_code = :code, error = :detail,
  due_at = now() + {BACK_OFF}
WHERE {_THIS_APPLYING} RETURNING state, failures""")
LOCK_APPLYING = text(f"SELECT queue, first_row, records, lines FROM importer.chunk WHERE {_THIS_APPLYING} FOR UPDATE")
INSERT_APPLYING_PIECE = text("""
INSERT INTO importer.chunk
  (batch_id, first_row, last_row, rows, gaps, queue, applies, state, records, lines, output, error_code, error)
VALUES (:batch_id, :first_row, :last_row, :rows, :gaps, :queue, true, 'applying', :records, :lines, :output,
  'refused_by_catalog', :reason)""")


@dataclasses.dataclass(frozen=True)
class Applier:
    """Who takes chunks to the catalog. ``only_batch`` narrows it to one batch, as the eager mode does.

    A chunk whose lease ends is taken by the next one, and both may then call the catalog: the second call waits there
    for the first, and gets its answer.
    """

    name: str
    lease_seconds: int
    only_batch: str | None = None


@dataclasses.dataclass(frozen=True)
class ApplyingChunk:
    """A chunk in the state ``applying``; ``options`` is JSON and ``output`` NDJSON, as they are stored."""

    batch_id: str
    first_row: int
    last_row: int
    output: str
    operation: str
    options: str
    request_id: str
    actor_id: str | None
    actor_name: str | None
    is_undo: bool
    is_cancelled: bool

    @property
    def key(self) -> str:
        """It has the range of rows in it, since a split changes it."""
        return f"{self.batch_id}:{self.first_row}-{self.last_row}"

    @property
    def is_dry_run(self) -> bool:
        return bool(json.loads(self.options).get("dry_run"))

    def place(self) -> dict[str, Any]:
        return {"batch_id": self.batch_id, "first_row": self.first_row, "last_row": self.last_row}


def take(engine: Engine, applier: Applier) -> ApplyingChunk | None:
    """A chunk of the batch that was applied least recently, or None."""
    parameters = {"applier": applier.name, "lease": applier.lease_seconds, "only_batch": applier.only_batch}
    with engine.connect() as connection:
        row = connection.execute(TAKE_APPLYING, parameters).first()
    return None if row is None else ApplyingChunk(**row._mapping)


def is_load_open(engine: Engine, loads: list[str]) -> bool:
    """Whether a chunk of these operations may come any moment."""
    with engine.connect() as connection:
        return bool(connection.execute(HAS_LOADS, {"operations": loads}).scalar())


def finish(engine: Engine, chunk: ApplyingChunk, output: str, failed_rows: int, changes: Mapping[str, int]) -> None:
    """Only the first finish counts: a later one finds no chunk. ``changes`` counts rows by what the catalog did."""
    counts = {str(change): changes.get(change, 0) for change in Change}
    _update(engine, FINISH_APPLIED, {**chunk.place(), "output": output, "failed_rows": failed_rows, **counts})


def cancel_applying(engine: Engine, chunk: ApplyingChunk) -> None:
    """Only after the catalog has closed the chunk's key."""
    _update(engine, CANCEL_APPLYING, chunk.place())


def put_back(engine: Engine, chunk: ApplyingChunk) -> None:
    """The chunk is due again at once. Nothing is counted, since nothing is known."""
    _update(engine, PUT_BACK_APPLYING, chunk.place())


def count_refusal(engine: Engine, chunk: ApplyingChunk, reason: str) -> int:
    """How often the catalog has refused the chunk by now; it is due again after a pause."""
    with engine.connect() as connection:
        return connection.execute(COUNT_REFUSAL, {**chunk.place(), "reason": reason}).scalar() or 0


def _update(engine: Engine, statement: TextClause, parameters: Mapping[str, Any]) -> None:
    with engine.connect() as connection:
        connection.execute(statement, parameters)


def split_applying(engine: Engine, chunk: ApplyingChunk, reason: str) -> None:
    """The chunk's key must be closed. It locks the batch's row first, as every split does."""
    with transaction(engine) as connection:
        row = _locked(connection, chunk)
        if row is None:
            return
        logger.warning("batch=%s rows=%s split: %s", chunk.batch_id, chunk.key, reason)
        connection.execute(DELETE_CHUNK, chunk.place())
        for piece in pieces_of(chunk.first_row, row.records):
            output = of_rows(chunk.output.encode(), piece.first_row, piece.last_row).decode()
            inherited = {"batch_id": chunk.batch_id, "queue": row.queue, "lines": row.lines}
            parameters = {**dataclasses.asdict(piece), **inherited, "output": output, "reason": reason}
            connection.execute(INSERT_APPLYING_PIECE, parameters)


def _locked(connection: Connection, chunk: ApplyingChunk) -> Row[Any] | None:
    connection.execute(LOCK_BATCH, {"batch_id": chunk.batch_id})
    return connection.execute(LOCK_APPLYING, chunk.place()).first()


def fail_unreadable(engine: Engine, chunk: ApplyingChunk, failure: Failure) -> None:
    """The whole chunk failed: it is computed again, or split. The rows of an undo fail at once: no worker has them."""
    with transaction(engine) as connection:
        held = _locked(connection, chunk)
        if held is None:
            return
        logger.error("batch=%s first_row=%d: %s", chunk.batch_id, chunk.first_row, failure.detail)
        if chunk.is_undo:
            finish_as_failed(connection, chunk.batch_id, held, failure)
            return
        failed = connection.execute(RECOMPUTE, {**chunk.place(), **dataclasses.asdict(failure)}).one()
        if failed.state == ChunkState.READY and failed.failures >= MAX_FAILURES:
            split(connection, chunk.batch_id, chunk.first_row, failure)
