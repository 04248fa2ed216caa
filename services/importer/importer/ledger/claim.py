"""claim: a worker takes the due chunk of the batch that was served least recently."""

import dataclasses
from typing import Any

from sqlalchemy import Connection, Engine, Row, text
from sqlalchemy.exc import IntegrityError

from importer.ledger.split import MAX_EXPIRED

# claim: the chunk that the same token already holds (its answer was lost), else a due chunk of the batch served least
# recently. `served_at` is set only if its row can be locked at once, so that a claim never waits. A worker must be the
# incarnation that has its name now, and claims only for operations that this may serve.
PICK_AND_TAKE = """
pick AS (
  SELECT c.* FROM (SELECT id FROM importer.batch
                   WHERE open AND queue = :queue AND operation = ANY(:operations)
                     AND (CAST(:only_batch AS text) IS NULL OR id = :only_batch)
                     AND (CAST(:incarnation AS text) IS NULL OR operation = ANY(ARRAY(
                       SELECT unnest(operations) FROM importer.worker
                       WHERE name = :worker AND incarnation = :incarnation)))
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
MINE = """
SELECT batch_id, first_row, attempts, records FROM importer.chunk
WHERE token = :next_token AND state = 'leased'"""
CLAIMED = """
SELECT f.batch_id, f.first_row, f.attempts, f.records, b.operation, b.options, b.request_id
FROM (SELECT * FROM mine UNION ALL SELECT * FROM took) AS f JOIN importer.batch b ON b.id = f.batch_id"""
CLAIM = text(f"""
WITH mine AS ({MINE}), {PICK_AND_TAKE.format(condition="NOT EXISTS (SELECT FROM mine)")}
{CLAIMED}""")


@dataclasses.dataclass(frozen=True)
class Claimant:
    """Who claims, for which queue and operations. ``token`` is named by the worker, so a repeat finds its chunk.

    The eager mode is no worker in the register: it has no ``incarnation``, and claims of ``only_batch`` alone.
    """

    worker: str
    queue: str
    operations: tuple[str, ...]
    delivery: str
    token: str
    only_batch: str | None = None
    incarnation: str | None = None

    def parameters(self, lease_seconds: int) -> dict[str, Any]:
        return {
            "worker": self.worker,
            "queue": self.queue,
            "operations": list(self.operations),
            "delivery": self.delivery,
            "next_token": self.token,
            "only_batch": self.only_batch,
            "incarnation": self.incarnation,
            "lease": lease_seconds,
            "max_expired": MAX_EXPIRED,
        }


@dataclasses.dataclass(frozen=True)
class ClaimedChunk:
    """``records`` and ``options`` are JSON texts as they were stored."""

    token: str
    batch_id: str
    first_row: int
    attempts: int
    records: str
    operation: str
    options: str
    request_id: str


def claimed_chunk(row: Row[Any], token: str) -> ClaimedChunk:
    return ClaimedChunk(
        token,
        row.batch_id,
        row.first_row,
        row.attempts,
        row.records,
        row.operation,
        row.options,
        row.request_id,
    )


def _try_claim(connection: Connection, claimant: Claimant, lease_seconds: int) -> ClaimedChunk | None:
    row = connection.execute(CLAIM, claimant.parameters(lease_seconds)).first()
    return None if row is None else claimed_chunk(row, claimant.token)


def claim(engine: Engine, claimant: Claimant, lease_seconds: int) -> ClaimedChunk | None:
    """The chunk now leased under the claimant's token, or None where nothing is due.

    Two copies of one claim may run at once; the index on tokens lets one through, and the other then finds
    the chunk that the first one took. A token whose chunk is finished claims nothing.
    """
    with engine.connect() as connection:
        try:
            return _try_claim(connection, claimant, lease_seconds)
        except IntegrityError:
            pass
        try:
            return _try_claim(connection, claimant, lease_seconds)
        except IntegrityError:
            return None
