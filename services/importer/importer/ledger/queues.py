"""Queues: what is due on each, and which live workers serve it."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, Row, text

from importer.ledger.split import MAX_EXPIRED

WORKER_ALIVE_SECONDS = 15  # heartbeats come each second
WORKER_ILL_SECONDS = 120  # one that falls ill is started again and says so anew, at most a minute apart


# A worker that may be given work: heard of lately, and well.
LIVE = "state = 'healthy' AND last_seen > now() - make_interval(secs => :alive)"
NOTIFY = text("NOTIFY importer_work")

# ring: what is due on each queue of operations that a live worker names, no more than its slots. Batches
# are looked into one by one, so that the look costs what it finds and not what is open; their order, which does not
# matter, is that of the index on operations: by any other one the planner would read them all.
DUE = text(f"""
SELECT served.queue, served.operation, served.slots, due.chunks
FROM (SELECT queue, operation, sum(slots)::int AS slots
      FROM importer.worker, unnest(queues) AS queue, unnest(operations) AS operation
      WHERE {LIVE} GROUP BY 1, 2) AS served,
LATERAL (SELECT count(*)::int AS chunks FROM (
           SELECT FROM (SELECT id FROM importer.batch
                        WHERE open AND operation = served.operation AND queue = served.queue
                        ORDER BY applied_at) AS b,
           LATERAL (SELECT FROM importer.chunk c
                    WHERE c.queue = served.queue AND c.batch_id = b.id AND c.state IN ('ready', 'leased')
                      AND c.due_at <= now() AND c.expired < :max_expired LIMIT served.slots) AS c
           LIMIT served.slots) AS seen) AS due
WHERE due.chunks > 0""")
SLOTS = text(f"""
SELECT COALESCE(sum(slots), 0)::int FROM importer.worker
WHERE :queue = ANY(queues) AND :operation = ANY(operations) AND {LIVE}""")
QUEUES = text(f"""
SELECT names.queue, COALESCE(c.ready, 0) AS ready, COALESCE(c.in_flight, 0) AS in_flight,
       COALESCE(c.waiting_rows, 0) AS waiting_rows, c.oldest_seconds,
       COALESCE(w.slots, 0) AS slots, COALESCE(w.workers, 0) AS workers, COALESCE(w.unhealthy, 0) AS unhealthy
FROM (SELECT unnest(CAST(:queues AS text[])) AS queue
      UNION SELECT queue FROM importer.chunk WHERE state IN ('ready', 'leased')
      UNION SELECT unnest(queues) FROM importer.worker WHERE {LIVE}) AS names
LEFT JOIN (SELECT queue, count(*) FILTER (WHERE state = 'ready') AS ready,
             count(*) FILTER (WHERE state = 'leased') AS in_flight,
             (sum(rows) FILTER (WHERE state = 'ready'))::bigint AS waiting_rows,
             extract(epoch FROM now() - min(due_at) FILTER (WHERE due_at <= now()))::float AS oldest_seconds
           FROM importer.chunk WHERE state IN ('ready', 'leased') GROUP BY queue) AS c USING (queue)
LEFT JOIN (SELECT queue, sum(slots) FILTER (WHERE {LIVE})::int AS slots, count(*) FILTER (WHERE {LIVE}) AS workers,
             count(*) FILTER (WHERE state <> 'healthy' AND last_seen > now() - make_interval(secs => :ill)) AS unhealthy
           FROM importer.worker, unnest(queues) AS queue GROUP BY queue) AS w USING (queue)
ORDER BY names.queue""")


def due_work(engine: Engine) -> Sequence[Row[Any]]:
    """``queue``, ``operation``, ``slots`` that serve both, and ``chunks`` that are due, at most as many as slots."""
    with engine.connect() as connection:
        return connection.execute(DUE, {"alive": WORKER_ALIVE_SECONDS, "max_expired": MAX_EXPIRED}).all()


def live_slots(engine: Engine, operation: str, queue: str) -> int:
    """Pool processes of live workers that would take it from this queue."""
    parameters = {"queue": queue, "operation": operation, "alive": WORKER_ALIVE_SECONDS}
    with engine.connect() as connection:
        return int(connection.execute(SLOTS, parameters).scalar_one())


def queue_rows(engine: Engine, queues: Sequence[str]) -> Sequence[Row[Any]]:
    """Of ``queues``, and of each that has work or a live worker.

    Chunks ready and in flight, rows waiting, age of the oldest due chunk, live slots and workers.

    ``unhealthy`` counts the workers that lately said they cannot work.
    """
    parameters = {"alive": WORKER_ALIVE_SECONDS, "ill": WORKER_ILL_SECONDS, "queues": queues}
    with engine.connect() as connection:
        return connection.execute(QUEUES, parameters).all()
