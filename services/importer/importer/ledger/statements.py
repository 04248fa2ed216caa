"""Every statement of the ledger, in the order in which a chunk meets them.

A chunk is ``ready``, ``leased``, ``applying``, ``done`` or ``cancelled``; ``due_at`` of a leased chunk is the end of
its lease. All clocks are the database's. Rows are locked in one order, batch before chunk, and where a statement
holds a chunk and wants its batch it takes it only if nobody else has it (SKIP LOCKED), so nothing deadlocks.
"""

from sqlalchemy import text

# A worker that may be given work: heard of lately, and well.
LIVE = "state = 'healthy' AND last_seen > now() - make_interval(secs => :alive)"

# accept: batch and chunks become visible together; of parallel posts with one key, one inserts and the others wait.
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
NOTIFY = text("NOTIFY importer_work")

# ring: what is due on each queue of operations that a live worker names, no more than its slots.
DUE = text(f"""
SELECT served.queue, served.operation, served.slots, due.chunks
FROM (SELECT queue, operation, sum(slots)::int AS slots
      FROM importer.worker, unnest(queues) AS queue, unnest(operations) AS operation
      WHERE {LIVE} GROUP BY 1, 2) AS served,
LATERAL (SELECT count(*)::int AS chunks FROM (
           SELECT FROM importer.batch b JOIN importer.chunk c ON c.batch_id = b.id AND c.queue = b.queue
           WHERE b.open AND b.queue = served.queue AND b.operation = served.operation
             AND c.state IN ('ready', 'leased') AND c.due_at <= now() AND c.expired < :max_expired
           LIMIT served.slots) AS seen) AS due
WHERE due.chunks > 0""")

# claim: the chunk that the same token already holds (a lost answer), else a due chunk of the batch served least
# recently. `served_at` moves only if its row can be locked at once: a claim never waits for anybody. A worker claims
# under the incarnation that has its name now, or says none, as those of the contract before do.
_PICK_AND_TAKE = """
pick AS (
  SELECT c.* FROM (SELECT id FROM importer.batch
                   WHERE open AND queue = :queue AND operation = ANY(:operations)
                     AND (CAST(:only_batch AS text) IS NULL OR id = :only_batch)
                     AND (CAST(:incarnation AS text) IS NULL OR EXISTS (
                       SELECT FROM importer.worker WHERE name = :worker AND incarnation = :incarnation))
                   ORDER BY served_at, id) AS o,
  LATERAL (SELECT batch_id, first_row FROM importer.chunk
           WHERE queue = :queue AND batch_id = o.id AND state IN ('ready', 'leased') AND due_at <= now()
             AND expired < :max_expired
           ORDER BY due_at, first_row LIMIT 1 FOR UPDATE SKIP LOCKED) AS c
  WHERE {condition} LIMIT 1),
took AS (
  UPDATE importer.chunk AS k
  SET state = 'leased', token = :next_token, worker = :worker, incarnation = :incarnation, delivery = :delivery,
      current = 0, total = 0,
      attempts = attempts + 1, expired = expired + (k.state = 'leased')::int,
      due_at = now() + make_interval(secs => :lease)
  FROM pick WHERE (k.batch_id, k.first_row) = (pick.batch_id, pick.first_row)
  RETURNING k.batch_id, k.first_row, k.attempts, k.records),
served AS (
  UPDATE importer.batch SET served_at = clock_timestamp(), started_at = COALESCE(started_at, now())
  WHERE id = (SELECT id FROM importer.batch WHERE id = (SELECT batch_id FROM took) FOR NO KEY UPDATE SKIP LOCKED))"""
_MINE = """
SELECT batch_id, first_row, attempts, records FROM importer.chunk
WHERE token = :next_token AND state = 'leased'"""
_CLAIMED = """
SELECT f.batch_id, f.first_row, f.attempts, f.records, b.operation, b.options, b.request_id
FROM (SELECT * FROM mine UNION ALL SELECT * FROM took) AS f JOIN importer.batch b ON b.id = f.batch_id"""

CLAIM = text(f"""
WITH mine AS ({_MINE}), {_PICK_AND_TAKE.format(condition="NOT EXISTS (SELECT FROM mine)")}
{_CLAIMED}""")

# renew: no row means that the lease is not this worker's any more. The former self of a worker that came back holds
# what it has until that is taken, and no longer: its renewals move nothing.
RENEW = text("""
UPDATE importer.chunk c SET current = :current, total = :total, due_at = CASE
    WHEN EXISTS (SELECT FROM importer.worker w WHERE w.name = c.worker AND w.incarnation <> c.incarnation) THEN due_at
    ELSE now() + make_interval(secs => :lease) END
WHERE token = :token AND state = 'leased' RETURNING 1""")

# deliver: a picture gets its name while the lease is held, so nobody can take the chunk over in between.
HOLD_LEASE = text("""
SELECT batch_id, first_row, last_row FROM importer.chunk WHERE token = :token AND state = 'leased' FOR SHARE""")

# report: under the current token only; a repeat of a report that was accepted is accepted again. What loads the
# catalog is not done with that, but waits to be applied.
_ACCEPT_REPORT = """
UPDATE importer.chunk SET state = CASE WHEN applies THEN 'applying' ELSE 'done' END, output = :output,
  failed_rows = :failed_rows, finished_at = clock_timestamp(), due_at = now()
WHERE token = :token AND state = 'leased' AND rows = :rows RETURNING 1"""
_ALREADY_REPORTED = "SELECT 1 FROM importer.chunk WHERE token = :token AND state IN ('applying', 'done')"
REPORT = text(f"""
WITH did AS ({_ACCEPT_REPORT}) SELECT * FROM did UNION ALL {_ALREADY_REPORTED}""")

# ... and the answer to a report carries the next claim, only if the report was accepted and never its own chunk.
_NEXT = _PICK_AND_TAKE.format(
    condition="""NOT EXISTS (SELECT FROM mine) AND EXISTS (SELECT FROM ok)
    AND (c.batch_id, c.first_row) NOT IN (SELECT batch_id, first_row FROM importer.chunk WHERE token = :token)"""
)
REPORT_AND_CLAIM = text(f"""
WITH did AS ({_ACCEPT_REPORT}), ok AS (SELECT * FROM did UNION ALL {_ALREADY_REPORTED}), mine AS ({_MINE}), {_NEXT},
claimed AS ({_CLAIMED})
SELECT claimed.* FROM ok LEFT JOIN claimed ON true""")
# ... what is reported, so that its lines can be checked before. Records are read back only where they are needed.
HELD_CHUNK = text("""
SELECT c.first_row, c.last_row, c.rows, c.gaps, b.operation,
  CASE WHEN c.applies OR c.gaps IS NULL AND c.rows <= c.last_row - c.first_row THEN c.records END AS records
FROM importer.chunk c JOIN importer.batch b ON b.id = c.batch_id WHERE c.token = :token AND c.state = 'leased'""")

# release: back to ready at once or after a pause, and the attempt was none.
RELEASE = text("""
UPDATE importer.chunk SET state = 'ready', token = NULL, worker = NULL, delivery = NULL, attempts = attempts - 1,
  due_at = now() + make_interval(secs => :pause)
WHERE token = :token AND state = 'leased' RETURNING 1""")

# ... and after a lost device: to another worker at once, and later each time that this happens to the same chunk.
RELEASE_LOST_DEVICE = text(f"""
UPDATE importer.chunk c SET state = 'ready', token = NULL, worker = NULL, delivery = NULL, attempts = attempts - 1,
  device_losses = device_losses + 1, error_code = 'device_lost', error = :detail,
  due_at = now() + CASE
    WHEN device_losses = 0 AND EXISTS (
      SELECT FROM importer.worker w WHERE w.name <> c.worker AND c.queue = ANY(w.queues) AND {LIVE})
    THEN interval '0' ELSE make_interval(secs => least(300, 5 * 2 ^ device_losses)) END
WHERE token = :token AND state = 'leased' RETURNING batch_id, first_row, device_losses""")

# fail and lost: the batch is locked first, so that a cancel waits for what they do, or they for the cancel.
LOCK_BATCH_OF_TOKEN = text("""
SELECT id FROM importer.batch WHERE id =
  (SELECT batch_id FROM importer.chunk WHERE token = :token AND state = 'leased') FOR SHARE""")
LOCK_BATCHES_OF_DELIVERY = text("""
SELECT id FROM importer.batch WHERE id IN
  (SELECT batch_id FROM importer.chunk WHERE delivery = :delivery AND worker = :worker AND state = 'leased')
FOR SHARE""")
BACK_OFF = "make_interval(secs => least(300, 5 * 2 ^ failures) * (0.8 + 0.4 * random()))"
FAIL = text(f"""
UPDATE importer.chunk SET state = 'ready', token = NULL, worker = NULL, delivery = NULL, failures = failures + 1,
  error_code = :code, error = :detail,
  due_at = now() + {BACK_OFF}
WHERE token = :token AND state = 'leased' RETURNING batch_id, first_row, failures""")
LOSE = text("""
UPDATE importer.chunk SET state = 'ready', token = NULL, worker = NULL, delivery = NULL, deaths = deaths + 1,
  error_code = :reason, error = :detail, due_at = now()
WHERE delivery = :delivery AND worker = :worker AND state = 'leased' RETURNING batch_id, first_row, deaths""")

# split: one that keeps failing becomes up to sixteen, and a lone record a failed outcome.
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
CHUNK_OF_TOKEN = text("""
SELECT batch_id, first_row, records FROM importer.chunk WHERE token = :token AND state = 'leased' FOR UPDATE""")

# cancel: a late report is refused because its chunk is not leased any more. What the catalog may have heard of is
# left to the dispatcher, which closes its key there, or finds that it was applied.
LOCK_BATCH_TO_CANCEL = text("SELECT open FROM importer.batch WHERE id = :batch_id FOR UPDATE")
CANCEL_CHUNKS = text("""
UPDATE importer.chunk SET state = 'cancelled', finished_at = clock_timestamp()
WHERE batch_id = :batch_id AND (state IN ('ready', 'leased') OR state = 'applying' AND NOT offered)""")
MARK_CANCELLED = text("""
UPDATE importer.batch SET cancelled_at = COALESCE(cancelled_at, now()) WHERE id = :batch_id AND EXISTS (
  SELECT FROM importer.chunk WHERE batch_id = :batch_id AND state IN ('applying', 'cancelled'))""")

# close: a batch with nothing left to do is not looked at by claims any more. What it was given goes with that, unless
# some of it failed or was cancelled and could be tried again.
CLOSE_FINISHED = text("""
UPDATE importer.batch o SET open = false, ended_at = now(), drops_payloads = cancelled_at IS NULL AND NOT EXISTS (
    SELECT FROM importer.chunk c WHERE c.batch_id = o.id AND c.failed_rows > 0)
WHERE id IN (
  SELECT id FROM importer.batch b WHERE open AND NOT EXISTS (
    SELECT FROM importer.chunk c WHERE c.batch_id = b.id AND c.state IN ('ready', 'leased', 'applying'))
  FOR NO KEY UPDATE SKIP LOCKED)""")

# retry: what failed or was cancelled, as it was given.
UNFINISHED_BUSINESS = text("""
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

# media: pictures of a batch that is over are not served any more, and go; an upload stays while an open batch names it.
IS_EXPIRED = text("SELECT expired_at IS NOT NULL FROM importer.batch WHERE id = :batch_id")
ENDED_AMONG = text("SELECT id FROM importer.batch WHERE id = ANY(:ids) AND NOT open AND expired_at IS NULL")
EXPIRED_AMONG = text("SELECT id FROM importer.batch WHERE id = ANY(:ids) AND expired_at IS NOT NULL")
BATCH_THAT_NAMES = text("""
SELECT b.id FROM importer.batch b JOIN importer.chunk c ON c.batch_id = b.id
WHERE b.open AND b.operation = ANY(:operations) AND c.state IN ('ready', 'leased')
  AND strpos(c.records, :digest) > 0 LIMIT 1""")

# backpressure: how much is open, counted no further than the limit.
OPEN_CHUNKS = text("""
SELECT count(*) FROM (
  SELECT FROM importer.batch b JOIN importer.chunk c ON c.batch_id = b.id
  WHERE b.open AND (CAST(:source AS text) IS NULL OR b.source = :source)
    AND c.state IN ('ready', 'leased', 'applying') LIMIT :limit) AS seen""")
