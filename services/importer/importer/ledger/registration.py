"""register: which of the operations that a worker describes it may serve now, and why not the others.

Of two descriptions of one name the one with the higher version holds, as long as a worker is heard that has it. Then
any may be registered, so that a worker can be put back to what it was.
"""

import dataclasses
import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, text

from importer.ledger.queues import LIVE, WORKER_ALIVE_SECONDS
from importer.registry.store import new_revision
from stackroom_jobs.description import Description

NOT_FOR_QUEUES = "the worker's token is not for the queues"
logger = logging.getLogger(__name__)

ADD_OPERATION = text("""
INSERT INTO importer.operation (name, revision, version, description, registered_by)
VALUES (:name, :revision, :version, :description, :worker) ON CONFLICT (name) DO NOTHING""")
REPLACE_OPERATION = text("""
UPDATE importer.operation SET revision = :revision, version = :version, description = :description,
  registered_by = :worker, registered_at = now()
WHERE name = :name""")
# Locked, so that of two workers the second sees what the first one registered.
HELD_OPERATIONS = text(f"""
SELECT o.name, o.revision, o.version, o.description,
  (SELECT min(w.name) FROM importer.worker w
   WHERE w.name <> :worker AND w.described ->> o.name = o.revision AND {LIVE}) AS served_by
FROM importer.operation o WHERE o.name = ANY(:names) ORDER BY o.name FOR UPDATE OF o""")
NOTE_DESCRIBED = text("""
UPDATE importer.worker SET operations = CAST(:operations AS text[]), described = CAST(:described AS jsonb),
  refused = CAST(:refused AS jsonb)
WHERE name = :worker RETURNING (SELECT refused FROM importer.worker WHERE name = :worker) AS refused_before""")


def _nothing(_queues: Collection[str]) -> list[str]:
    return []


@dataclasses.dataclass(frozen=True)
class Described:
    """What a worker brings. ``refused`` has the sentences of what it must not bring, by name.

    ``beyond`` gives those of some queues that the worker's token is not for.
    """

    descriptions: list[Description]
    refused: dict[str, str] = dataclasses.field(default_factory=dict)
    beyond: Callable[[Collection[str]], list[str]] = _nothing


def register(connection: Connection, worker: str, served: list[str], brought: Described) -> dict[str, str]:
    """Why it may not serve some, by their names. ``served`` are its other operations, which need no description.

    Inside the transaction in which the worker was noted.
    """
    described, refused = {}, dict(brought.refused)
    for description, held in _with_held(connection, worker, brought.descriptions):
        sentence = _refusal(description, held) or _out_of_reach(description, held, brought)
        if sentence:
            refused[description.name] = sentence
        else:
            described[description.name] = _kept(connection, worker, description, held)
    _note(connection, worker, [*served, *described], described, refused)
    return refused


def _with_held(
    connection: Connection, worker: str, descriptions: Iterable[Description]
) -> list[tuple[Description, Row[Any]]]:
    """Each with the one that is registered under its name; the first one is registered by that."""
    by_name = {one.name: one for one in sorted(descriptions, key=lambda one: one.name)}
    for one in by_name.values():
        connection.execute(ADD_OPERATION, _parameters(worker, one))
    asked = {"worker": worker, "names": list(by_name), "alive": WORKER_ALIVE_SECONDS}
    return [(by_name[row.name], row) for row in connection.execute(HELD_OPERATIONS, asked)]


def _parameters(worker: str, description: Description) -> dict[str, Any]:
    return {
        "worker": worker,
        "name": description.name,
        "revision": new_revision(),
        "version": description.version,
        "description": msgspec.json.encode(description).decode(),
    }


def _decoded(held: Row[Any]) -> Description | None:
    """None of what this importer cannot read."""
    try:
        return msgspec.json.decode(held.description, type=Description)
    except msgspec.ValidationError:
        return None


def _refusal(description: Description, held: Row[Any]) -> str:
    """Empty where it may be served."""
    if held.served_by is None or description.version > held.version or description == _decoded(held):
        return ""
    other = f"the worker {held.served_by!r} serves version {held.version}"
    if description.version == held.version:
        return f"{other} with another description: give the one that is changed a higher version."
    return f"{other}, which is above version {description.version}: update this worker, or end that one."


def _out_of_reach(description: Description, held: Row[Any], brought: Described) -> str:
    """Empty where the worker may change what is registered: a token is not for what runs on queues of others."""
    registered = _decoded(held)
    if registered is None or registered == description:
        return ""
    beyond = brought.beyond(registered.queues)
    return f"{NOT_FOR_QUEUES} {', '.join(beyond)}, which the registered one runs on." if beyond else ""


def _kept(connection: Connection, worker: str, description: Description, held: Row[Any]) -> str:
    """The revision under which it is registered."""
    if description == _decoded(held):
        return str(held.revision)
    parameters = _parameters(worker, description)
    connection.execute(REPLACE_OPERATION, parameters)
    logger.info(
        "worker=%s registers version %d of %s, in the place of version %d",
        worker, description.version, description.name, held.version,
    )  # fmt: skip
    return str(parameters["revision"])


def _note(
    connection: Connection, worker: str, operations: list[str], described: Mapping[str, str], refused: Mapping[str, str]
) -> None:
    """Each sentence is logged once."""
    parameters = {
        "worker": worker,
        "operations": operations,
        "described": msgspec.json.encode(described).decode(),
        "refused": msgspec.json.encode(refused).decode(),
    }
    before = connection.execute(NOTE_DESCRIBED, parameters).one().refused_before
    for name, sentence in refused.items():
        if before.get(name) != sentence:
            logger.warning("worker=%s may not serve %s: %s", worker, name, sentence)
