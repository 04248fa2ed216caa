"""The register of workers: what each one serves, when it was last seen, and what it does now."""

import logging
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row, TextClause

from importer.ledger.limits import WORKER_ALIVE_SECONDS, WORKER_ILL_SECONDS
from importer.ledger.reading import QUEUES, WORKERS
from importer.ledger.statements import NOTIFY
from importer.ledger.worker_statements import (
    FORGET_WORKERS,
    FREE_FORMER,
    GOODBYE,
    HEARTBEAT,
    HOST_OF_NAME,
    REFUSE_WORKER,
)
from stackroom_jobs.protocol import Goodbye, Heartbeat, Introduction
from stackroom_jobs.queues import Queue
from stackroom_sql.engine import transaction

MAX_REASON = 500  # characters
# How long nobody must have been heard under a name before another may have it: started again with the same token,
# the same by a worker of an older contract, which beats every 5 s, and with another token.
SILENT_SECONDS = {"silent": 3, "silent_without_incarnation": WORKER_ALIVE_SECONDS, "silent_for_others": 30}
logger = logging.getLogger(__name__)


class NameTakenError(Exception):
    """Another worker is heard under this name."""


def note_heartbeat(engine: Engine, seen: Heartbeat, token_id: str) -> None:
    """A worker that says it is unhealthy is given no more work; its next healthy heartbeat changes that.

    The first heartbeat of an incarnation frees what the former one held. NameTakenError.
    """
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
        "incarnation": seen.incarnation or None,
    }
    with transaction(engine) as connection:
        before = _written(connection, HEARTBEAT, parameters, token_id)
        if seen.incarnation and before.incarnation_before not in (None, seen.incarnation):
            _free_former(connection, seen)
    if reason and before.state_before != "unhealthy":
        logger.warning("worker=%s is unhealthy: %s", seen.worker, reason)


def _written(connection: Connection, statement: TextClause, parameters: dict[str, Any], token_id: str) -> Row[Any]:
    """What the worker was before. NameTakenError that says where the other one is."""
    row = connection.execute(statement, {**parameters, **SILENT_SECONDS, "token_id": token_id}).first()
    if row is None:
        host = connection.execute(HOST_OF_NAME, {"name": parameters["name"]}).scalar()
        raise NameTakenError(
            f"Another worker is heard under the name {parameters['name']!r}, on the host {host!r}: give each its own "
            f"WORKER_NAME. After a restart the name is free in {SILENT_SECONDS['silent']} s."
        )
    return row


def _free_former(connection: Connection, seen: Heartbeat) -> None:
    parameters = {"name": seen.worker, "incarnation": seen.incarnation}
    freed = connection.execute(FREE_FORMER, parameters).rowcount
    if freed:
        connection.execute(NOTIFY)
        logger.info("worker=%s came back, chunks=%d of its former self are due again", seen.worker, freed)


def forget_worker(engine: Engine, gone: Goodbye, token_id: str) -> None:
    """It ended as it was told; repeating this changes nothing, nor does the word of another."""
    parameters = {"name": gone.worker, "incarnation": gone.incarnation or None, "token_id": token_id}
    with engine.connect() as connection:
        connection.execute(GOODBYE, parameters)


def refuse_worker(engine: Engine, seen: Introduction, reason: str, token_id: str) -> None:
    """Kept in the register with the reason, and given no work. NameTakenError."""
    parameters = {"name": seen.worker, "host": seen.host, "contract": seen.contract, "reason": reason}
    with engine.connect() as connection:
        before = _written(connection, REFUSE_WORKER, {**parameters, "incarnation": None}, token_id)
    if before.state_before != "refused":
        logger.warning("worker=%s on host=%s is refused: %s", seen.worker, seen.host, reason)


def forget_workers(engine: Engine) -> None:
    """Those that nobody has heard for a day."""
    with engine.connect() as connection:
        connection.execute(FORGET_WORKERS)


def worker_rows(engine: Engine) -> Sequence[Row[Any]]:
    """Every worker seen within a day that did not say goodbye, the living first; ``busy`` are the chunks that it holds.

    ``state`` is healthy, unhealthy, refused or gone; ``device`` is what the worker last said of it.
    """
    with engine.connect() as connection:
        return connection.execute(WORKERS, {"alive": WORKER_ALIVE_SECONDS}).all()


def queue_rows(engine: Engine) -> Sequence[Row[Any]]:
    """Per queue: chunks ready and in flight, rows waiting, age of the oldest due chunk, live slots and workers.

    ``unhealthy`` counts the workers that lately said they cannot work.
    """
    parameters = {"alive": WORKER_ALIVE_SECONDS, "ill": WORKER_ILL_SECONDS, "queues": [str(queue) for queue in Queue]}
    with engine.connect() as connection:
        return connection.execute(QUEUES, parameters).all()
