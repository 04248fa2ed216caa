"""``POST /ingest``, ``POST /progress`` and ``GET /status/<task_id>``."""

from collections.abc import Iterator
from typing import Any

from flask import Response

from importer.batches.accept import chunks_of
from importer.batches.backpressure import check_room
from importer.batches.eager import finish_now_if_eager
from importer.batches.request import operation_named
from importer.batches.sender import sent_by
from importer.batches.task_body import TaskBody, TaskRecords, task_body
from importer.batches.task_status import task_results, task_status
from importer.batches.view import WORD
from importer.ledger.accept import NewBatch, accept
from importer.parsing.rows import RowBlock, Rows
from importer.plain_tasks.status import plain_task_status
from importer.problems import TASK_STATUS, TASKS
from importer.services import services
from importer.task_answers import Ingested, QueuedTask, QueuedTasks, TaskOfRecord, TaskStatus
from stackroom_jobs.normalize import normalize
from stackroom_jobs.operation import Operation
from stackroom_kit.api import JSON, Api, Parameter, json_answer, json_of
from stackroom_kit.problems import NOT_FOUND
from stackroom_kit.public_path import public_path
from stackroom_kit.request_id import current_request_id

BLOCK_ROWS = 10_000
api = Api("tasks", __name__, "/api/importer")
BODY = {JSON: TaskRecords}
TASK_ID = Parameter(
    "task_id",
    {"type": "string", "pattern": rf"^{WORD}(\.[0-9]{{1,10}})?$"},
    "The id that ingest or progress gave.",
    "path",
)
INGEST = "normalize_record"
PROGRESS = "process_batch_with_progress"


def _blocks(records: list[Any]) -> Iterator[RowBlock]:
    for start in range(0, len(records), BLOCK_ROWS):
        yield RowBlock(records[start : start + BLOCK_ROWS])


def _accept(operation: Operation, body: TaskBody) -> str:
    here = services()
    queue = str(operation.queues[0])
    new = NewBatch(
        operation=operation.name,
        options="{}",
        source=body.source,
        queue=queue,
        request_id=current_request_id(),
        digest=body.digest,
        applies=operation.loads is not None,
        operation_version=operation.description.version,
        **sent_by(),
    )
    check_room(here.open_chunks, here.settings, body.source, here.room)
    rows = Rows(_blocks(body.records), len(body.records))
    accepted = accept(here.engine, new, chunks_of(here, operation, queue, rows), here.room)
    finish_now_if_eager(operation.name, accepted.batch_id)
    return accepted.batch_id


@api.call(
    "POST",
    "/ingest",
    right="operator",
    body=BODY,
    answers={200: json_of(Ingested, "The results."), 202: json_of(QueuedTasks, "A task per record.")},
    problems=TASKS,
)
def ingest() -> Response:
    """Normalise records now, or as one task each."""
    operation = operation_named(INGEST)
    body = task_body(operation)
    if not body.enqueue:
        results = [normalize(record) for record in body.records]
        return json_answer(Ingested("ok", body.source, len(results), results))
    batch_id = _accept(operation, body)
    tasks = [TaskOfRecord(str(record.id), f"{batch_id}.{row}") for row, record in enumerate(body.records, 1)]
    if services().settings.celery_task_always_eager:
        for task, result in zip(tasks, task_results(services().engine, batch_id), strict=True):
            task.result = result
    return json_answer(QueuedTasks("queued", body.source, len(tasks), tasks), 202)


@api.call(
    "POST", "/progress", right="operator", body=BODY, answers={202: json_of(QueuedTask, "The task.")}, problems=TASKS
)
def progress() -> Response:
    """One task for all records, which tells its progress."""
    operation = operation_named(PROGRESS)
    batch_id = _accept(operation, task_body(operation))
    queue = services().settings.celery_default_queue
    return json_answer(QueuedTask("queued", batch_id, public_path(f"/api/importer/status/{batch_id}"), queue), 202)


@api.call(
    "GET",
    "/status/<task_id>",
    right="reader",
    parameters=(TASK_ID,),
    answers={200: json_of(TaskStatus, "The state.")},
    problems=TASK_STATUS,
)
def status(task_id: str) -> Response:
    """State, progress and result of a task.

    404 for an id that was never issued.
    """
    here = services()
    found = task_status(here.engine, task_id) or plain_task_status(here.engine, here.settings, task_id)
    if found is None:
        raise NOT_FOUND(f"There is no task {task_id[:80]!r}.")
    return json_answer(found)
