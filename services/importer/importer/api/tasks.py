"""``POST /ingest``, ``POST /progress`` and ``GET /status/<task_id>``."""

from collections.abc import Iterator
from typing import Any

import msgspec
from flask import Blueprint, Response

from importer.batches.accept import accept_rows
from importer.batches.backpressure import check_room
from importer.batches.eager import finish_now_if_eager
from importer.batches.task_body import TaskBody, task_body
from importer.batches.task_status import task_results, task_status
from importer.ledger.accept import NewBatch
from importer.parsing.formats import Rows
from importer.plain_tasks.status import plain_task_status
from importer.services import services
from stackroom_jobs.normalize import normalize
from stackroom_jobs.operations import OPERATIONS, Operation
from stackroom_kit.arguments import refuse_unknown_arguments
from stackroom_kit.problems import not_found
from stackroom_kit.public_path import public_path
from stackroom_kit.request_id import current_request_id

BLOCK_ROWS = 10_000
blueprint = Blueprint("tasks", __name__, url_prefix="/api/importer")
INGEST = OPERATIONS["normalize_record"]
PROGRESS = OPERATIONS["process_batch_with_progress"]


def _blocks(records: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(records), BLOCK_ROWS):
        yield records[start : start + BLOCK_ROWS]


def _accept(operation: Operation, body: TaskBody) -> str:
    here = services()
    queue = str(operation.queues[0])
    new = NewBatch(operation.name, "{}", body.source, queue, current_request_id(), body.digest)
    check_room(here.open_chunks, here.settings, body.source, here.room)
    rows = Rows(len(body.records), lambda: _blocks(body.records))
    accepted = accept_rows(here.engine, new, operation, rows, here.limits, here.room)
    finish_now_if_eager(operation, accepted.batch_id)
    return accepted.batch_id


@blueprint.post("/ingest")
def ingest() -> Response | tuple[dict[str, Any], int]:
    """Normalise in the request, or with ``enqueue`` as one task per record."""
    refuse_unknown_arguments(())
    body = task_body(INGEST)
    if not body.enqueue:
        results = [normalize(record) for record in body.records]
        answer = {"status": "ok", "source": body.source, "imported": len(results), "results": results}
        return Response(msgspec.json.encode(answer), 200, content_type="application/json")
    batch_id = _accept(INGEST, body)
    tasks: list[dict[str, Any]] = [
        {"record_id": str(record.id), "task_id": f"{batch_id}.{row}"} for row, record in enumerate(body.records, 1)
    ]
    if services().settings.celery_task_always_eager:
        for task, result in zip(tasks, task_results(services().engine, batch_id), strict=True):
            task["result"] = result
    return {"status": "queued", "source": body.source, "queued_tasks": len(tasks), "tasks": tasks}, 202


@blueprint.post("/progress")
def progress() -> tuple[dict[str, Any], int]:
    """One task for all records, whose progress ``status`` tells."""
    refuse_unknown_arguments(())
    batch_id = _accept(PROGRESS, task_body(PROGRESS))
    queue = services().settings.celery_default_queue
    status_url = public_path(f"/api/importer/status/{batch_id}")
    return {"status": "queued", "task_id": batch_id, "status_url": status_url, "queue": queue}, 202


@blueprint.get("/status/<task_id>")
def status(task_id: str) -> dict[str, Any]:
    """State, progress and result of a task; 404 for an id that was never issued."""
    refuse_unknown_arguments(())
    here = services()
    found = task_status(here.engine, task_id) or plain_task_status(here.engine, here.settings, task_id)
    if found is None:
        raise not_found(f"There is no task {task_id[:80]!r}.")
    return found
