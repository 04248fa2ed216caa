"""Batches as they are read. All counts come from rows."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, Row, TextClause, text

from importer.ledger.queues import LIVE, WORKER_ALIVE_SECONDS

# `waiting_for_worker` looks only at chunks that a worker must compute; what is computed is applied without one.
# `heard_at` is the time of the last news: when a chunk was done, or when a worker told how far it is, which renewed its
# lease for `lease` seconds. Of a chunk that tells how far it is, `part_rows` counts the record at hand alone.
_BATCH = f"""
WITH counted AS (
  SELECT b.id, b.operation, b.options, b.source, b.queue, b.rows, b.refused, b.retry_of, b.undo_of, b.created_at,
       b.started_at, b.cancelled_at, b.expired_at, b.has_payloads, b.open, b.request_id, b.input, b.actor_id,
       b.actor_name, b.actor_kind, b.operation_version, c.*, now() AS now,
       EXISTS (SELECT FROM importer.worker w WHERE b.queue = ANY(w.queues) AND b.operation = ANY(w.operations)
               AND {LIVE}) AS has_worker
FROM importer.batch b, LATERAL (
  SELECT COALESCE(sum(rows) FILTER (WHERE state = 'done'), 0)::bigint AS done_rows,
         COALESCE(sum(failed_rows) FILTER (WHERE state = 'done'), 0)::bigint AS failed_rows,
         COALESCE(sum(rows) FILTER (WHERE state = 'cancelled'), 0)::bigint AS cancelled_rows,
         COALESCE(sum(rows) FILTER (WHERE state = 'leased'), 0)::bigint AS leased_rows,
         COALESCE(sum(rows) FILTER (WHERE state = 'applying'), 0)::bigint AS applying_rows,
         COALESCE(sum(rows) FILTER (WHERE state = 'ready'), 0)::bigint AS ready_rows,
         COALESCE(sum(LEAST(current::float / total, 1)) FILTER (WHERE state = 'leased' AND total > 0), 0)
           AS part_rows,
         (sum(current) FILTER (WHERE state = 'leased' AND total > 0))::bigint AS current,
         (sum(total) FILTER (WHERE state = 'leased' AND total > 0))::bigint AS total,
         COALESCE(sum(created), 0)::bigint AS created, COALESCE(sum(updated), 0)::bigint AS updated,
         COALESCE(sum(unchanged), 0)::bigint AS unchanged, COALESCE(sum(skipped), 0)::bigint AS skipped,
         COALESCE(sum(removed), 0)::bigint AS removed,
         max(finished_at) AS finished_at,
         GREATEST(max(finished_at) FILTER (WHERE state = 'done'),
                  max(due_at) FILTER (WHERE state = 'leased' AND total > 0) - make_interval(secs => :lease)) AS heard_at
  FROM importer.chunk WHERE batch_id = b.id) AS c),
batch AS (SELECT *, CASE
  WHEN ready_rows + leased_rows > 0 AND NOT has_worker THEN 'waiting_for_worker'
  WHEN leased_rows + applying_rows > 0 OR (ready_rows > 0 AND done_rows > 0) THEN 'running'
  WHEN ready_rows > 0 THEN 'queued'
  WHEN cancelled_rows > 0 THEN 'cancelled'
  WHEN failed_rows + refused > 0 THEN 'done_with_errors'
  ELSE 'done' END AS state FROM counted)
SELECT * FROM batch"""
BATCH = text(f"{_BATCH} WHERE id = :batch_id")
OPERATION = text("SELECT operation FROM importer.batch WHERE id = :batch_id")
BATCHES = text(f"""
{_BATCH}
WHERE (CAST(:after_time AS timestamptz) IS NULL OR (created_at, id) < (:after_time, :after_id))
  AND (CAST(:operation AS text) IS NULL OR operation = :operation)
  AND (CAST(:source AS text) IS NULL OR source = :source)
  AND (CAST(:queue AS text) IS NULL OR queue = :queue)
  AND (CAST(:actor_id AS text) IS NULL OR actor_id = :actor_id)
  AND (CAST(:state AS text) IS NULL OR state = :state
       AND (open OR :state NOT IN ('queued', 'waiting_for_worker', 'running')))  -- only few are open
  AND expired_at IS NULL
ORDER BY created_at DESC, id DESC LIMIT :limit""")
# A batch that is still open but has no chunk left for a worker is not counted. Nor is it counted beyond MOST_AHEAD:
# nobody needs the number of thousands, and to count them would take most of the time of a POST.
MOST_AHEAD = 100
QUEUE_POSITION = text(f"""
SELECT count(*) FROM (
  SELECT FROM importer.batch o
  WHERE o.open AND o.queue = (SELECT queue FROM importer.batch WHERE id = :batch_id)
    AND (o.served_at, o.id) < (SELECT served_at, id FROM importer.batch WHERE id = :batch_id)
    AND EXISTS (SELECT FROM importer.chunk c WHERE c.batch_id = o.id AND c.state IN ('ready', 'leased'))
  ORDER BY o.served_at, o.id LIMIT {MOST_AHEAD}) AS seen""")

# Of operations with one long record to a chunk: which records are in work, and which will be next.
PENDING_RECORDS = text("""
SELECT first_row, records, current, total, state = 'leased' AS is_running FROM importer.chunk
WHERE batch_id = :batch_id AND state IN ('leased', 'ready') ORDER BY is_running DESC, first_row LIMIT :limit""")

CHUNK_OF_ROW = text("""
SELECT first_row, last_row, state, attempts, output FROM importer.chunk
WHERE batch_id = :batch_id AND first_row <= :row ORDER BY first_row DESC LIMIT 1""")

# media: pictures of an expired batch are not served any more, and are deleted; an upload stays while an open batch
# names it.
IS_EXPIRED = text("SELECT expired_at IS NOT NULL FROM importer.batch WHERE id = :batch_id")
ENDED_AMONG = text("SELECT id FROM importer.batch WHERE id = ANY(:ids) AND NOT open AND expired_at IS NULL")
EXPIRED_AMONG = text("SELECT id FROM importer.batch WHERE id = ANY(:ids) AND expired_at IS NOT NULL")
BATCH_THAT_NAMES = text("""
SELECT b.id FROM importer.batch b JOIN importer.chunk c ON c.batch_id = b.id
WHERE b.open AND b.operation = ANY(:operations) AND c.state IN ('ready', 'leased')
  AND strpos(c.records, :digest) > 0 LIMIT 1""")


def find_batch(engine: Engine, batch_id: str, lease_seconds: int) -> Row[Any] | None:
    parameters = {"batch_id": batch_id, "alive": WORKER_ALIVE_SECONDS, "lease": lease_seconds}
    return _first(engine, BATCH, parameters)


def operation_of(engine: Engine, batch_id: str) -> str | None:
    """None for a batch that nobody knows."""
    found = _first(engine, OPERATION, {"batch_id": batch_id})
    return None if found is None else str(found.operation)


def _first(engine: Engine, statement: TextClause, parameters: dict[str, Any]) -> Row[Any] | None:
    with engine.connect() as connection:
        return connection.execute(statement, parameters).first()


def list_batches(engine: Engine, filters: dict[str, Any], lease_seconds: int) -> Sequence[Row[Any]]:
    """``filters``: after_time, after_id, operation, source, queue, actor_id and state, each may be None;
    limit."""
    parameters = {**filters, "alive": WORKER_ALIVE_SECONDS, "lease": lease_seconds}
    with engine.connect() as connection:
        return connection.execute(BATCHES, parameters).all()


def queue_position(engine: Engine, batch_id: str) -> int:
    """How many open batches of its queue are served before this one, MOST_AHEAD at most."""
    with engine.connect() as connection:
        return int(connection.execute(QUEUE_POSITION, {"batch_id": batch_id}).scalar_one())


def unfinished_records(engine: Engine, batch_id: str, limit: int) -> Sequence[Row[Any]]:
    """Chunks that a worker has (``is_running``) before those that wait."""
    with engine.connect() as connection:
        return connection.execute(PENDING_RECORDS, {"batch_id": batch_id, "limit": limit}).all()


def chunk_of_row(engine: Engine, batch_id: str, row: int) -> Row[Any] | None:
    """The chunk that begins at or before the row; it may end before it too."""
    return _first(engine, CHUNK_OF_ROW, {"batch_id": batch_id, "row": row})


def is_expired(engine: Engine, batch_id: str) -> bool:
    """False also for a batch that nobody knows."""
    with engine.connect() as connection:
        return bool(connection.execute(IS_EXPIRED, {"batch_id": batch_id}).scalar())


def ended_among(engine: Engine, ids: list[str]) -> Sequence[str]:
    """Those that are neither open nor expired."""
    with engine.connect() as connection:
        return connection.execute(ENDED_AMONG, {"ids": ids}).scalars().all()


def expired_among(engine: Engine, ids: list[str]) -> Sequence[str]:
    with engine.connect() as connection:
        return connection.execute(EXPIRED_AMONG, {"ids": ids}).scalars().all()


def batch_that_names(engine: Engine, readers: list[str], digest: str) -> str | None:
    """An open batch with a record that is not done and names this upload. ``readers`` are operations that read media.

    Few records are looked at: each is a video.
    """
    with engine.connect() as connection:
        found: str | None = connection.execute(BATCH_THAT_NAMES, {"digest": digest, "operations": readers}).scalar()
    return found
