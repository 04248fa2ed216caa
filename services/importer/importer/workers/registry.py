"""The register of workers: what each one serves, when it was last seen, and what it does now."""

import json
from typing import Any

import msgspec
from sqlalchemy import Engine

from importer.ledger.limits import WORKER_ALIVE_SECONDS
from importer.ledger.reading import HEARTBEAT, QUEUES, WORKERS
from stackroom_jobs.protocol import Heartbeat
from stackroom_jobs.queues import Queue


def note_heartbeat(engine: Engine, seen: Heartbeat) -> None:
    parameters = {
        "name": seen.worker,
        "host": seen.host,
        "contract": seen.contract,
        "queues": seen.queues,
        "operations": seen.operations,
        "slots": seen.slots,
        "versions": msgspec.json.encode(seen.versions).decode(),
    }
    with engine.connect() as connection:
        connection.execute(HEARTBEAT, parameters)


def list_workers(engine: Engine) -> list[dict[str, Any]]:
    """Every worker seen within a day, the living first; ``busy`` are the chunks that it holds."""
    with engine.connect() as connection:
        rows = connection.execute(WORKERS, {"alive": WORKER_ALIVE_SECONDS}).all()
    return [
        {
            "name": row.name,
            "host": row.host,
            "alive": row.alive,
            "contract": row.contract,
            "queues": row.queues,
            "operations": row.operations,
            "slots": row.slots,
            "versions": json.loads(row.versions),
            "busy": row.busy,
            "last_seen": row.last_seen.isoformat(),
        }
        for row in rows
    ]


def list_queues(engine: Engine) -> list[dict[str, Any]]:
    """Per queue: chunks ready and in flight, rows waiting, age of the oldest due chunk, live slots and workers."""
    parameters = {"alive": WORKER_ALIVE_SECONDS, "queues": [str(queue) for queue in Queue]}
    with engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(QUEUES, parameters)]
