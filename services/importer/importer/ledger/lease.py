"""What becomes of a leased chunk without a report: renewed, released, failed, lost.

Where a chunk may be split, its batch is locked first: a cancel and a split wait for each other.
"""

from sqlalchemy import Engine, text

from importer.ledger.queues import LIVE, WORKER_ALIVE_SECONDS
from importer.ledger.split import MAX_DEATHS, MAX_DEVICE_LOSSES, MAX_FAILURES, Failure, finish_as_failed, split
from importer.ledger.workers import MAX_REASON
from stackroom_sql.engine import transaction

DETAILS = {
    "worker_lost": "The worker process died while it held this record.",
    "timed_out": "The worker process was ended at the time limit while it held this record.",
}


# renew: no row means that the lease is not this worker's any more. Once a worker was started again, its former
# incarnation cannot make a lease longer: the chunk is its own only until somebody claims it.
RENEW = text("""
UPDATE importer.chunk c SET current = :current, total = :total, due_at = CASE
    WHEN EXISTS (SELECT FROM importer.worker w WHERE w.name = c.worker AND w.incarnation <> c.incarnation) THEN due_at
    ELSE now() + make_interval(secs => :lease) END
WHERE token = :token AND state = 'leased' RETURNING 1""")

# A picture gets its name while the lease is held, so nobody can take the chunk over in between.
HOLD_LEASE = text("""
SELECT batch_id, first_row, last_row FROM importer.chunk WHERE token = :token AND state = 'leased' FOR SHARE""")

# release: ready again at once; the attempt is not counted.
RELEASE = text("""
UPDATE importer.chunk SET state = 'ready', token = NULL, worker = NULL, delivery = NULL, attempts = attempts - 1,
  due_at = now()
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
CHUNK_OF_TOKEN = text("""
SELECT batch_id, first_row, records FROM importer.chunk WHERE token = :token AND state = 'leased' FOR UPDATE""")


def renew(engine: Engine, token: str, current: int, total: int, lease_seconds: int) -> bool:
    """Whether the lease still is this token's; ``current`` of ``total`` tells how far a long record is."""
    with engine.connect() as connection:
        parameters = {"token": token, "current": current, "total": total, "lease": lease_seconds}
        return connection.execute(RENEW, parameters).first() is not None


def release(engine: Engine, token: str) -> bool:
    """Whether the chunk was still this token's; it is due again at once."""
    with engine.connect() as connection:
        return connection.execute(RELEASE, {"token": token}).first() is not None


def release_lost_device(engine: Engine, token: str, reason: str) -> bool:
    """Whether the chunk was still this token's. It is split once it has lost MAX_DEVICE_LOSSES devices.

    Otherwise a record that breaks every device would be tried for ever, and end each worker that takes it.
    """
    reason = reason[:MAX_REASON]
    with transaction(engine) as connection:
        connection.execute(LOCK_BATCH_OF_TOKEN, {"token": token})
        parameters = {"token": token, "detail": reason, "alive": WORKER_ALIVE_SECONDS}
        row = connection.execute(RELEASE_LOST_DEVICE, parameters).first()
        if row is not None and row.device_losses >= MAX_DEVICE_LOSSES:
            split(connection, row.batch_id, row.first_row, Failure("device_lost", reason))
        return row is not None


def fail(engine: Engine, token: str, code: str, detail: str) -> bool:
    """Put the chunk back with a growing pause; False where the token does not hold it any more."""
    with transaction(engine) as connection:
        connection.execute(LOCK_BATCH_OF_TOKEN, {"token": token})
        row = connection.execute(FAIL, {"token": token, "code": code, "detail": detail}).first()
        if row is not None and row.failures >= MAX_FAILURES:
            split(connection, row.batch_id, row.first_row, Failure(code, detail))
        return row is not None


def fail_whole(engine: Engine, token: str, code: str, detail: str) -> None:
    """Every record of the chunk fails at once: for the eager mode, where nobody would try again."""
    with transaction(engine) as connection:
        connection.execute(LOCK_BATCH_OF_TOKEN, {"token": token})
        chunk = connection.execute(CHUNK_OF_TOKEN, {"token": token}).first()
        if chunk is not None:
            finish_as_failed(connection, chunk.batch_id, chunk, Failure(code, detail))


def lose(engine: Engine, worker: str, delivery: str, reason: str) -> int:
    """The number of chunks that went back because the child that held them is dead (0 or 1)."""
    parameters = {"worker": worker, "delivery": delivery}
    with transaction(engine) as connection:
        connection.execute(LOCK_BATCHES_OF_DELIVERY, parameters)
        rows = connection.execute(LOSE, parameters | {"reason": reason, "detail": DETAILS[reason]}).all()
        for row in rows:
            if row.deaths >= MAX_DEATHS:
                split(connection, row.batch_id, row.first_row, Failure(reason, DETAILS[reason]))
        return len(rows)
