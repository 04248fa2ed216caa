"""``GET /queues`` and ``GET /workers``."""

from typing import Annotated, Any

import msgspec
from flask import Response
from msgspec import Meta
from sqlalchemy import Row

from importer.ledger.queues import queue_rows
from importer.ledger.states import WorkerState
from importer.ledger.workers import worker_rows
from importer.services import services
from stackroom_jobs.protocol import Device
from stackroom_kit.api import Api, Count, TimeText, json_answer, json_of
from stackroom_sql.problems import DATABASE_PROBLEMS

api = Api("workers", __name__, "/api/importer", problems=DATABASE_PROBLEMS)


class ListedQueue(msgspec.Struct):
    """``oldest_seconds`` is the age of the oldest due chunk; chunks are counted, but ``waiting_rows`` are rows."""

    queue: str
    ready: Count
    in_flight: Count
    waiting_rows: Count
    oldest_seconds: float | None
    slots: Count
    workers: Count
    unhealthy: Annotated[Count, Meta(description="Workers that lately said they cannot work.")]


class QueueList(msgspec.Struct):
    items: list[ListedQueue]
    total: Count


class HeldChunk(msgspec.Struct):
    batch_id: str
    operation: str
    first_row: Count
    rows: Count
    current: Count
    total: Count


class ListedWorker(msgspec.Struct):
    name: str
    host: str
    alive: Annotated[bool, Meta(description="Heard of lately, and well: it is given work.")]
    state: WorkerState
    reason: Annotated[str | None, Meta(description="Why it is unhealthy or refused.")]
    contract: int
    queues: list[str]
    operations: Annotated[list[str], Meta(description="Those that it may serve.")]
    refused: Annotated[dict[str, str], Meta(description="Why it does not serve others, by their names.")]
    slots: Count
    versions: dict[str, str]
    device: Annotated[Device | None, Meta(description="What it computes on.")]
    busy: Annotated[list[HeldChunk], Meta(description="The chunks that it holds.")]
    last_seen: TimeText


class WorkerList(msgspec.Struct):
    items: list[ListedWorker]
    total: Count


@api.call("GET", "/queues", right="reader", answers={200: json_of(QueueList, "The queues.")})
def list_queues() -> Response:
    """What waits on each queue, and who serves it."""
    here = services()
    items = [ListedQueue(**row._mapping) for row in queue_rows(here.engine, here.registry.queues())]
    return json_answer(QueueList(items, len(items)))


@api.call("GET", "/workers", right="reader", answers={200: json_of(WorkerList, "The workers.")})
def list_workers() -> Response:
    """Workers of the last day, but those that ended.

    The living first.
    """
    items = [_listed(row) for row in worker_rows(services().engine)]
    return json_answer(WorkerList(items, len(items)))


def _listed(row: Row[Any]) -> ListedWorker:
    return ListedWorker(
        name=row.name,
        host=row.host,
        alive=row.alive,
        state=row.state,
        reason=row.reason,
        contract=row.contract,
        queues=row.queues,
        operations=row.operations,
        refused=row.refused,
        slots=row.slots,
        versions=msgspec.json.decode(row.versions),
        device=msgspec.json.decode(row.device, type=Device) if row.device else None,
        busy=msgspec.convert(row.busy, list[HeldChunk]),
        last_seen=row.last_seen.isoformat(),
    )
