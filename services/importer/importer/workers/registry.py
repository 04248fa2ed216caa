"""The register of workers: what each one serves, when it was last seen, and what it does now."""

import json
import logging
from typing import Any

import msgspec
from sqlalchemy import Engine

from importer.ledger.limits import WORKER_ALIVE_SECONDS, WORKER_ILL_SECONDS
from importer.ledger.reading import GOODBYE, HEARTBEAT, QUEUES, REFUSE_WORKER, WORKERS
from stackroom_jobs.protocol import Heartbeat, Introduction
from stackroom_jobs.queues import Queue

MAX_REASON = 500  # characters
logger = logging.getLogger(__name__)


def note_heartbeat(engine: Engine, seen: Heartbeat) -> None:
    """A worker that says it is unhealthy is given no more work; its next healthy heartbeat changes that."""
    reason = seen.unhealthy[:MAX_REASON] or None
    parameters = {
        "name": seen.worker,
        "host": seen.host,
        "contract": seen.contract,
        "queues": seen.queues,
        "operations": seen.operations,
        "slots": seen.slots,
        "versions": msgspec.json.encode(seen.versions).decode(),
        "device": msgspec.json.encode(seen.device).decode() if seen.device else None,
        "state": "unhealthy" if reason else "healthy",
        "reason": reason,
    }
    with engine.connect() as connection:
        before = connection.execute(HEARTBEAT, parameters).scalar()
    if reason and before != "unhealthy":
        logger.warning("worker=%s is unhealthy: %s", seen.worker, reason)


def forget_worker(engine: Engine, name: str) -> None:
    """It ended as it was told; repeating this changes nothing."""
    with engine.connect() as connection:
        connection.execute(GOODBYE, {"name": name})


def refuse_worker(engine: Engine, seen: Introduction, reason: str) -> None:
    """Kept in the register with the reason, and given no work."""
    parameters = {"name": seen.worker, "host": seen.host, "contract": seen.contract, "reason": reason}
    with engine.connect() as connection:
        before = connection.execute(REFUSE_WORKER, parameters).scalar()
    if before != "refused":
        logger.warning("worker=%s on host=%s is refused: %s", seen.worker, seen.host, reason)


def list_workers(engine: Engine) -> list[dict[str, Any]]:
    """Every worker seen within a day that did not say goodbye, the living first; ``busy`` are the chunks that it holds.

    ``state`` is healthy, unhealthy, refused or gone; ``device`` is what the worker last said of it.
    """
    with engine.connect() as connection:
        rows = connection.execute(WORKERS, {"alive": WORKER_ALIVE_SECONDS}).all()
    return [
        {
            "name": row.name,
            "host": row.host,
            "alive": row.alive,
            "state": row.state,
            "reason": row.reason,
            "contract": row.contract,
            "queues": row.queues,
            "operations": row.operations,
            "slots": row.slots,
            "versions": json.loads(row.versions),
            "device": json.loads(row.device) if row.device else None,
            "busy": row.busy,
            "last_seen": row.last_seen.isoformat(),
        }
        for row in rows
    ]


def list_queues(engine: Engine) -> list[dict[str, Any]]:
    """Per queue: chunks ready and in flight, rows waiting, age of the oldest due chunk, live slots and workers.

    ``unhealthy`` counts the workers that lately said they cannot work.
    """
    parameters = {"alive": WORKER_ALIVE_SECONDS, "ill": WORKER_ILL_SECONDS, "queues": [str(queue) for queue in Queue]}
    with engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(QUEUES, parameters)]
