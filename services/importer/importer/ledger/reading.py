"""Statements that only read: batches with their counts, results, queues and workers. Counts come from rows."""

from sqlalchemy import text

from importer.ledger.statements import LIVE

# A batch waits for a worker only with what a worker must do; what is computed is applied without one. `heard_at` is the
# time of the last news: when a chunk was done, or when a worker told how far it is and got a lease of `lease` seconds.
_BATCH = f"""
WITH counted AS (
  SELECT b.id, b.operation, b.options, b.source, b.queue, b.rows, b.refused, b.retry_of, b.undo_of, b.created_at,
       b.started_at, b.cancelled_at, b.expired_at, b.has_payloads, b.open, b.request_id, b.input, c.*, now() AS now,
       EXISTS (SELECT FROM importer.worker w WHERE b.queue = ANY(w.queues) AND b.operation = ANY(w.operations)
               AND {LIVE}) AS has_worker
FROM importer.batch b, LATERAL (
  SELECT COALESCE(sum(rows) FILTER (WHERE state = 'done'), 0)::bigint AS done_rows,
         COALESCE(sum(failed_rows) FILTER (WHERE state = 'done'), 0)::bigint AS failed_rows,
         COALESCE(sum(rows) FILTER (WHERE state = 'cancelled'), 0)::bigint AS cancelled_rows,
         COALESCE(sum(rows) FILTER (WHERE state = 'leased'), 0)::bigint AS leased_rows,
         COALESCE(sum(rows) FILTER (WHERE state = 'applying'), 0)::bigint AS applying_rows,
         COALESCE(sum(rows) FILTER (WHERE state = 'ready'), 0)::bigint AS ready_rows,
         COALESCE(sum(rows * LEAST(current::float / total, 1)) FILTER (WHERE state = 'leased' AND total > 0), 0)
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
BATCHES = text(f"""
{_BATCH}
WHERE (CAST(:after_time AS timestamptz) IS NULL OR (created_at, id) < (:after_time, :after_id))
  AND (CAST(:operation AS text) IS NULL OR operation = :operation)
  AND (CAST(:source AS text) IS NULL OR source = :source)
  AND (CAST(:queue AS text) IS NULL OR queue = :queue)
  AND (CAST(:state AS text) IS NULL OR state = :state
       AND (open OR :state NOT IN ('queued', 'waiting_for_worker', 'running')))  -- only few are open
  AND expired_at IS NULL
ORDER BY created_at DESC, id DESC LIMIT :limit""")
# A batch stays open for a moment after its last chunk; what it waits for then is no worker. Nobody needs to know
# whether thousands are before it, and to count them would take most of the time of a POST.
MOST_AHEAD = 100
QUEUE_POSITION = text(f"""
SELECT count(*) FROM (
  SELECT FROM importer.batch o
  WHERE o.open AND o.queue = (SELECT queue FROM importer.batch WHERE id = :batch_id)
    AND (o.served_at, o.id) < (SELECT served_at, id FROM importer.batch WHERE id = :batch_id)
    AND EXISTS (SELECT FROM importer.chunk c WHERE c.batch_id = o.id AND c.state IN ('ready', 'leased'))
  ORDER BY o.served_at, o.id LIMIT {MOST_AHEAD}) AS seen""")

# Of operations whose records take long, one to a chunk: which are in work, and which will be next.
PENDING_RECORDS = text("""
SELECT first_row, records, current, total, state = 'leased' AS is_running FROM importer.chunk
WHERE batch_id = :batch_id AND state IN ('leased', 'ready') ORDER BY is_running DESC, first_row LIMIT :limit""")

BATCHES_OF_KEYS = text("SELECT idempotency_key, id FROM importer.batch WHERE idempotency_key = ANY(:keys)")

# Results are read a few chunks at a time: one long snapshot would keep dead rows alive for everybody.
OUTPUTS = text("""
SELECT first_row, last_row, failed_rows, rows, output, lines FROM importer.chunk
WHERE batch_id = :batch_id AND state = 'done' AND first_row > :after
ORDER BY first_row LIMIT :limit""")
OUTPUTS_WITH_FAILURES = text("""
SELECT first_row, last_row, failed_rows, rows, output, lines FROM importer.chunk
WHERE batch_id = :batch_id AND state = 'done' AND first_row > :after AND failed_rows > 0
ORDER BY first_row LIMIT :limit""")
CANCELLED_RECORDS = text("""
SELECT first_row, records, lines FROM importer.chunk
WHERE batch_id = :batch_id AND state = 'cancelled' AND first_row > :after
ORDER BY first_row LIMIT :limit""")
REFUSED_ROWS = text("""
SELECT row, line FROM importer.refused_row WHERE batch_id = :batch_id AND row > :after ORDER BY row LIMIT :limit""")
CHUNK_OF_ROW = text("""
SELECT first_row, last_row, state, attempts, output FROM importer.chunk
WHERE batch_id = :batch_id AND first_row <= :row ORDER BY first_row DESC LIMIT 1""")

# Queues and workers.
WORKERS = text(f"""
SELECT w.name, w.host, w.contract, w.queues, w.operations, w.slots, w.versions, w.device, w.reason, w.last_seen,
       {LIVE} AS alive, COALESCE(held.chunks, '[]') AS busy,
       CASE WHEN {LIVE} OR w.state <> 'healthy' THEN w.state ELSE 'gone' END AS state
FROM importer.worker w
LEFT JOIN (SELECT c.worker, json_agg(json_build_object('batch_id', c.batch_id, 'operation', b.operation,
             'first_row', c.first_row, 'rows', c.rows, 'current', c.current, 'total', c.total)
             ORDER BY c.batch_id, c.first_row) AS chunks
           FROM importer.chunk c JOIN importer.batch b ON b.id = c.batch_id
           WHERE c.state = 'leased' AND c.due_at > now() GROUP BY c.worker) AS held ON held.worker = w.name
ORDER BY alive DESC, w.name""")
SLOTS = text(f"""
SELECT COALESCE(sum(slots), 0)::int FROM importer.worker
WHERE :queue = ANY(queues) AND :operation = ANY(operations) AND {LIVE}""")
QUEUES = text(f"""
SELECT names.queue, COALESCE(c.ready, 0) AS ready, COALESCE(c.in_flight, 0) AS in_flight,
       COALESCE(c.waiting_rows, 0) AS waiting_rows, c.oldest_seconds,
       COALESCE(w.slots, 0) AS slots, COALESCE(w.workers, 0) AS workers, COALESCE(w.unhealthy, 0) AS unhealthy
FROM unnest(CAST(:queues AS text[])) AS names(queue)
LEFT JOIN (SELECT queue, count(*) FILTER (WHERE state = 'ready') AS ready,
             count(*) FILTER (WHERE state = 'leased') AS in_flight,
             (sum(rows) FILTER (WHERE state = 'ready'))::bigint AS waiting_rows,
             extract(epoch FROM now() - min(due_at) FILTER (WHERE due_at <= now()))::float AS oldest_seconds
           FROM importer.chunk WHERE state IN ('ready', 'leased') GROUP BY queue) AS c USING (queue)
LEFT JOIN (SELECT queue, sum(slots) FILTER (WHERE {LIVE})::int AS slots, count(*) FILTER (WHERE {LIVE}) AS workers,
             count(*) FILTER (WHERE state <> 'healthy' AND last_seen > now() - make_interval(secs => :ill)) AS unhealthy
           FROM importer.worker, unnest(queues) AS queue GROUP BY queue) AS w USING (queue)
ORDER BY names.queue""")
