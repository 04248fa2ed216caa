"""The end of a batch: cancelled, closed, expired. Rows and results are deleted then; a mark stays, with id and key.

Payloads are deleted as soon as nobody can want them again. A sweep passes over batches that are locked, such as one of
which an undo is being made. It waits only a moment for a lock on a table, as VACUUM FULL holds one; then it ends, and
the next sweep tries again.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Engine, text

from stackroom_sql.engine import transaction

# What one sweep does at most, so that it ends long before the time limit of a statement.
SWEEP = {"batches": 500, "rows": 500_000}
OPEN_PER_LOOK = 2000  # batches that one look checks for whether they are finished
FIRST: Mapping[str, Any] = {"queue": "", "served_at": "-infinity", "id": ""}


# cancel: a late report is refused because its chunk is not leased any more. What the catalog may have heard of is
# left to the dispatcher, which closes its key there, or finds that it was applied.
LOCK_BATCH_TO_CANCEL = text("SELECT open FROM importer.batch WHERE id = :batch_id FOR UPDATE")
CANCEL_CHUNKS = text("""
UPDATE importer.chunk SET state = 'cancelled', finished_at = clock_timestamp()
WHERE batch_id = :batch_id AND (state IN ('ready', 'leased') OR state = 'applying' AND NOT offered)""")
MARK_CANCELLED = text("""
UPDATE importer.batch SET cancelled_at = COALESCE(cancelled_at, now()) WHERE id = :batch_id AND EXISTS (
  SELECT FROM importer.chunk WHERE batch_id = :batch_id AND state IN ('applying', 'cancelled'))""")

# close: claims do not look at a closed batch any more. Its records may be deleted then, unless some of them failed or
# were cancelled and could be tried again. OFFSET 0 makes the planner look into each batch by index, and not through all
# chunks at once.
CLOSE_FINISHED = text("""
WITH seen AS MATERIALIZED (
  SELECT queue, served_at, id FROM importer.batch
  WHERE open AND (queue, served_at, id) > (:queue, CAST(:served_at AS timestamptz), :id)
  ORDER BY queue, served_at, id LIMIT :limit),
finished AS MATERIALIZED (
  SELECT id FROM importer.batch WHERE open AND id IN (
    SELECT id FROM seen
    WHERE NOT EXISTS (SELECT FROM importer.chunk c
                      WHERE c.queue = seen.queue AND c.batch_id = seen.id AND c.state IN ('ready', 'leased') OFFSET 0)
      AND NOT EXISTS (SELECT FROM importer.chunk c WHERE c.batch_id = seen.id AND c.state = 'applying' OFFSET 0))
  FOR NO KEY UPDATE SKIP LOCKED),
closed AS (
  UPDATE importer.batch b SET open = false, ended_at = now(), drops_payloads = cancelled_at IS NULL AND NOT EXISTS (
    SELECT FROM importer.chunk c WHERE c.batch_id = b.id AND c.failed_rows > 0 OFFSET 0)
  FROM finished WHERE b.id = finished.id RETURNING b.id)
SELECT (SELECT count(*) FROM closed) AS closed, (SELECT count(*) FROM seen) AS seen, last.*
FROM (SELECT) AS always
LEFT JOIN (SELECT * FROM seen ORDER BY queue DESC, served_at DESC, id DESC LIMIT 1) AS last ON true""")

# A sweep takes batches until they have so many rows together, but one at least.
_UP_TO_ROWS = """
taken AS (SELECT id FROM (SELECT id, sum(rows) OVER (ORDER BY id) - rows AS rows_before FROM found) AS counted
         WHERE rows_before < :rows)"""
DROP_PAYLOADS = text(f"""
WITH found AS (SELECT id, rows FROM importer.batch WHERE drops_payloads AND has_payloads
               LIMIT :batches FOR NO KEY UPDATE SKIP LOCKED), {_UP_TO_ROWS},
dropped AS (UPDATE importer.chunk c SET records = '' FROM taken WHERE c.batch_id = taken.id)
UPDATE importer.batch b SET has_payloads = false FROM taken WHERE b.id = taken.id""")

# expire: rows go, and the batch itself stays as a mark for a time, so that its id and its key are known to be over.
_MARK_EXPIRED = """
UPDATE importer.batch b SET expired_at = now(), has_payloads = false, open = false
WHERE {condition} AND b.expired_at IS NULL AND NOT EXISTS (
  SELECT FROM importer.chunk c WHERE c.batch_id = b.id AND c.state IN ('ready', 'leased', 'applying'))
RETURNING b.id"""
EXPIRE_ONE = text(_MARK_EXPIRED.format(condition="b.id = :batch_id"))
EXPIRE_OLD = text(f"""
WITH found AS (SELECT id, rows FROM importer.batch
               WHERE NOT open AND expired_at IS NULL AND ended_at < now() - make_interval(days => :days)
               ORDER BY ended_at LIMIT :batches FOR NO KEY UPDATE SKIP LOCKED), {_UP_TO_ROWS}
{_MARK_EXPIRED.format(condition="b.id IN (SELECT id FROM taken)")}""")
DELETE_CHUNKS = text("DELETE FROM importer.chunk WHERE batch_id = ANY(:ids)")
DELETE_REFUSED_ROWS = text("DELETE FROM importer.refused_row WHERE batch_id = ANY(:ids)")
FORGET_MARKS = text("""
DELETE FROM importer.batch WHERE id IN (
  SELECT id FROM importer.batch WHERE expired_at < now() - make_interval(days => :days)
  ORDER BY expired_at LIMIT :batches FOR UPDATE SKIP LOCKED)""")


def cancel(engine: Engine, batch_id: str) -> bool:
    """False where there is no such batch. A finished batch stays as it is; to cancel twice is the same as once."""
    with transaction(engine) as connection:
        if connection.execute(LOCK_BATCH_TO_CANCEL, {"batch_id": batch_id}).first() is None:
            return False
        connection.execute(CANCEL_CHUNKS, {"batch_id": batch_id})
        connection.execute(MARK_CANCELLED, {"batch_id": batch_id})
        return True


def close_finished(engine: Engine, after: Mapping[str, Any] = FIRST) -> tuple[int, Mapping[str, Any]]:
    """Close open batches that have nothing left to do; gives their number, and where the next look begins."""
    with engine.connect() as connection:
        row = connection.execute(CLOSE_FINISHED, {**after, "limit": OPEN_PER_LOOK}).one()
    is_last = row.seen < OPEN_PER_LOOK
    return row.closed, FIRST if is_last else {"queue": row.queue, "served_at": row.served_at, "id": row.id}


class FinishedBatches:
    """Each look goes on where the last one ended, so that it costs the same however many batches are open."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._after = FIRST

    def close(self) -> int:
        """Gives the number of batches that were closed; there may be more unless it is 0."""
        closed, self._after = close_finished(self._engine, self._after)
        return closed


def expire(engine: Engine, batch_id: str) -> bool:
    """Delete rows and results of one batch. False where it is still open, or expired already."""
    with transaction(engine) as connection:
        ids = list(connection.execute(EXPIRE_ONE, {"batch_id": batch_id}).scalars())
        _delete_rows(connection, ids)
    return bool(ids)


def expire_old(engine: Engine, days: int) -> int:
    """The same for batches that ended so many days ago. Gives their number; there may be more."""
    with transaction(engine) as connection:
        ids = list(connection.execute(EXPIRE_OLD, {"days": days, **SWEEP}).scalars())
        _delete_rows(connection, ids)
    return len(ids)


def _delete_rows(connection: Connection, ids: list[str]) -> None:
    if ids:
        connection.execute(DELETE_CHUNKS, {"ids": ids})
        connection.execute(DELETE_REFUSED_ROWS, {"ids": ids})


def drop_payloads(engine: Engine) -> int:
    """Delete the records of batches that ended without a failed row: no retry needs them. Gives their number."""
    with transaction(engine) as connection:
        return connection.execute(DROP_PAYLOADS, SWEEP).rowcount


def forget_marks(engine: Engine, days: int) -> int:
    """Delete the marks of batches that expired so many days ago: their ids are unknown then, and their keys free."""
    with transaction(engine) as connection:
        return connection.execute(FORGET_MARKS, {"days": days, "batches": SWEEP["batches"]}).rowcount
