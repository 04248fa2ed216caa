"""The register of workers: what each one serves, when it was last seen, and what it does now.

A name belongs to the token that registered it, and to one incarnation at a time.
"""

import logging
from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, Row, TextClause, text

from importer.ledger.queues import LIVE, NOTIFY, WORKER_ALIVE_SECONDS
from importer.ledger.registration import Described, register
from importer.ledger.states import WorkerState
from stackroom_jobs.protocol import Goodbye, Heartbeat, Introduction
from stackroom_sql.engine import transaction

MAX_REASON = 500  # characters
# After how many seconds of silence another worker may have a name: one with the same token, and one with another.
SILENT_SECONDS = {"silent": 3, "silent_for_others": 30}
logger = logging.getLogger(__name__)

# A name is free once nobody was heard under it for a while: a short one for the same token, whose worker was started
# again. Who fell ill or was refused does no work under its name.
_SILENT = "worker.last_seen < now() - make_interval(secs => {seconds})"
_SAME_OWNER = "(worker.token_id IS NULL OR worker.token_id = excluded.token_id)"
_SAME_SELF = "worker.incarnation IS NOT DISTINCT FROM excluded.incarnation"
_MAY_HAVE_NAME = f"""
({_SAME_OWNER} AND ({_SAME_SELF} OR worker.state <> 'healthy' OR {_SILENT.format(seconds=":silent")})
 OR {_SILENT.format(seconds=":silent_for_others")})"""

# Of the operations that it described, those that are registered as it described them.
_STILL_SERVED = f"""
  ARRAY(SELECT o.name FROM importer.operation o WHERE o.name = ANY(:brought) AND {_SAME_SELF}
        AND o.revision = worker.described ->> o.name ORDER BY o.name)"""

# register: no row comes back where another has the name. What a worker was before is answered, so that a change is
# logged once, and a new incarnation can free what its former self held.
_BEFORE = """
RETURNING (SELECT state FROM importer.worker WHERE name = :name) AS state_before,
  (SELECT incarnation FROM importer.worker WHERE name = :name) AS incarnation_before"""
HEARTBEAT = text(f"""
INSERT INTO importer.worker
  (name, host, contract, queues, operations, slots, versions, device, state, reason, token_id, incarnation)
VALUES (:name, :host, :contract, :queues, :operations, :slots, :versions, :device, :state, :reason, :token_id,
  :incarnation)
ON CONFLICT (name) DO UPDATE SET host = excluded.host, contract = excluded.contract, queues = excluded.queues,
  operations = excluded.operations || {_STILL_SERVED}, slots = excluded.slots, versions = excluded.versions,
  device = COALESCE(excluded.device, CASE WHEN excluded.state = 'unhealthy' THEN worker.device END),
  described = CASE WHEN {_SAME_SELF} THEN worker.described ELSE '{{}}' END,
  refused = CASE WHEN {_SAME_SELF} THEN worker.refused ELSE '{{}}' END,
  state = excluded.state, reason = excluded.reason, last_seen = now(),
  token_id = excluded.token_id, incarnation = excluded.incarnation
WHERE {_MAY_HAVE_NAME}
{_BEFORE}""")
REFUSE_WORKER = text(f"""
INSERT INTO importer.worker (name, host, contract, queues, operations, slots, versions, state, reason, token_id)
VALUES (:name, :host, :contract, '{{}}', '{{}}', 0, '{{}}', 'refused', :reason, :token_id)
ON CONFLICT (name) DO UPDATE SET host = excluded.host, contract = excluded.contract, slots = 0,
  state = excluded.state, reason = excluded.reason, last_seen = now(), token_id = excluded.token_id, incarnation = NULL
WHERE {_MAY_HAVE_NAME}
{_BEFORE}""")
HOST_OF_NAME = text("SELECT host FROM importer.worker WHERE name = :name")

# A worker that was started again frees the chunks that its former incarnation held. They are due since their batch was
# made, so that they are claimed before the rest of it. The next claim counts an expiry.
FREE_FORMER = text("""
UPDATE importer.chunk c SET due_at = b.created_at FROM importer.batch b
WHERE b.id = c.batch_id AND c.worker = :name AND c.state = 'leased' AND c.incarnation <> :incarnation
  AND c.due_at > now()""")
GOODBYE = text("""
DELETE FROM importer.worker WHERE name = :name AND state = 'healthy' AND token_id = :token_id
  AND incarnation = :incarnation""")
FORGET_WORKERS = text("DELETE FROM importer.worker WHERE last_seen < now() - interval '1 day'")
WORKERS = text(f"""
SELECT w.name, w.host, w.contract, w.queues, w.operations, w.slots, w.versions, w.device, w.reason, w.refused,
       w.last_seen,
       {LIVE} AS alive, COALESCE(held.chunks, '[]') AS busy,
       CASE WHEN {LIVE} OR w.state <> 'healthy' THEN w.state ELSE 'gone' END AS state
FROM importer.worker w
LEFT JOIN (SELECT c.worker, json_agg(json_build_object('batch_id', c.batch_id, 'operation', b.operation,
             'first_row', c.first_row, 'rows', c.rows, 'current', c.current, 'total', c.total)
             ORDER BY c.batch_id, c.first_row) AS chunks
           FROM importer.chunk c JOIN importer.batch b ON b.id = c.batch_id
           WHERE c.state = 'leased' AND c.due_at > now() GROUP BY c.worker) AS held ON held.worker = w.name
ORDER BY alive DESC, w.name""")


class NameTakenError(Exception):
    """Another worker is heard under this name."""


def note_heartbeat(
    engine: Engine, seen: Heartbeat, token_id: str, served: list[str], brought: Described | None = None
) -> dict[str, str]:
    """A worker that says it is unhealthy is given no more work; its next healthy heartbeat changes that.

    ``served`` are those of its operations that need no description; ``brought`` describes the others, where the worker
    registers. Gives the sentences of what it may not serve. The first heartbeat of an incarnation frees what the
    former one held. NameTakenError.
    """
    reason = seen.unhealthy[:MAX_REASON] or None
    parameters = {
        "name": seen.worker,
        "host": seen.host,
        "contract": seen.contract,
        "queues": seen.queues,
        "operations": served,
        "brought": [name for name in seen.operations if name not in served],
        "slots": seen.slots,
        "versions": msgspec.json.encode(seen.versions).decode(),
        "device": msgspec.json.encode(seen.device).decode() if seen.device else None,
        "state": WorkerState.UNHEALTHY if reason else WorkerState.HEALTHY,
        "reason": reason,
        "incarnation": seen.incarnation,
    }
    with transaction(engine) as connection:
        before = _written(connection, HEARTBEAT, parameters, token_id)
        if before.incarnation_before not in (None, seen.incarnation):
            _free_former(connection, seen)
        refused = {} if brought is None else register(connection, seen.worker, served, brought)
    if reason and before.state_before != WorkerState.UNHEALTHY:
        logger.warning("worker=%s is unhealthy: %s", seen.worker, reason)
    return refused


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
    """A worker that ended as it was told. Repeated, or said by another one, this changes nothing."""
    parameters = {"name": gone.worker, "incarnation": gone.incarnation, "token_id": token_id}
    with engine.connect() as connection:
        connection.execute(GOODBYE, parameters)


def refuse_worker(engine: Engine, seen: Introduction, reason: str, token_id: str) -> None:
    """A worker that stays in the register with the reason, and is given no work. NameTakenError."""
    parameters = {"name": seen.worker, "host": seen.host, "contract": seen.contract, "reason": reason}
    with engine.connect() as connection:
        before = _written(connection, REFUSE_WORKER, {**parameters, "incarnation": None}, token_id)
    if before.state_before != WorkerState.REFUSED:
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
