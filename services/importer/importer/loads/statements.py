"""The statements of apply, between those of report and of cancel in the ledger's own."""

from sqlalchemy import text

from importer.ledger.statements import BACK_OFF

# apply: a chunk of the batch that was applied least recently is taken under a lease of its own; one that loads the
# catalog is done only with what the catalog says. The range of rows is asked for each time, since a split changes it.
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
SELECT took.*, b.operation, b.options, b.request_id, b.undo_of, b.cancelled_at IS NOT NULL AS is_cancelled
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
# What cannot be read was never offered, whatever the row says: a worker computes it again.
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
