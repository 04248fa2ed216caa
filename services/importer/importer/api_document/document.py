"""Every public call of the importer, one entry each."""

from typing import Any

from importer.api_document.schemas import OPERATION, QUEUE, TEXT, schemas
from importer.batches.request import DEFAULT_OPERATION, DEFAULT_SOURCE, KEY_HEADER
from importer.batches.routes import JSON, MAX_PAGE, NDJSON
from importer.ledger.results import OUTCOMES
from stackroom_kit.openapi import Answer, Call, document, parameter, reference

SEND = (400, 411, 413, 415, 503)
WRITE = (400, 411, 413, 415, 422, 503)
READ = (400, 503)
BATCH_ID = parameter("batch_id", TEXT, "The id of the batch.", "path")
TASK_ID = parameter("task_id", TEXT, "The id that ingest or progress gave.", "path")
KEY_SCHEMA = {"type": "string", "minLength": 1, "maxLength": 200}
KEY = parameter(KEY_HEADER, KEY_SCHEMA, "The same key and bytes give the same batch.", "header")
OPTIONS = (
    parameter("operation", {**OPERATION, "default": DEFAULT_OPERATION}, "What is done with each record."),
    parameter("source", {**TEXT, "default": DEFAULT_SOURCE}, "Where the records come from."),
    parameter("queue", QUEUE, "One of the queues that the operation is declared for."),
)
FILTERS = (
    parameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 50}, "Batches of a page."),
    parameter("after", TEXT, "The `next` of the page before."),
    *(parameter(name, TEXT, f"Only batches with this {name}.") for name in ("operation", "source", "queue")),
)
SELECTION = (
    BATCH_ID,
    parameter("format", {"enum": ["ndjson"], "default": "ndjson"}, "The form of the lines."),
    parameter("outcome", {"enum": list(OUTCOMES)}, "Only lines with this outcome."),
)


def _json(description: str, schema: str, **headers: str) -> Answer:
    return Answer(description, {JSON: reference(schema)}, headers)


CALLS = (
    Call("POST", "/api/importer/ingest", "ingest", "Normalise records now, or as one task each.", "tasks",
         {200: _json("The results.", "Ingested"), 202: _json("A task per record.", "Queued")}, SEND,
         body={JSON: reference("Tasks")}),
    Call("POST", "/api/importer/progress", "progress", "One task for all records, which tells its progress.", "tasks",
         {202: _json("The task.", "ProgressQueued")}, SEND, body={JSON: reference("Tasks")}),
    Call("GET", "/api/importer/status/{task_id}", "status", "State, progress and result of a task.", "tasks",
         {200: _json("The state.", "Status")}, (*READ, 404), (TASK_ID,)),
    Call("POST", "/api/importer/batches", "create_batch", "Send a batch; one outcome per record comes back.", "batches",
         {202: _json("The batch.", "Batch", Location="Where the batch is.")}, WRITE, (*OPTIONS, KEY),
         {JSON: reference("NewBatch"), NDJSON: reference("Record")}),
    Call("GET", "/api/importer/batches", "list_batches", "Batches, newest first.", "batches",
         {200: _json("A page.", "BatchList")}, READ, FILTERS),
    Call("GET", "/api/importer/batches/{batch_id}", "read_batch", "State and counts of a batch.", "batches",
         {200: _json("The batch.", "Batch")}, (*READ, 404), (BATCH_ID,)),
    Call("GET", "/api/importer/batches/{batch_id}/results", "read_results", "Outcomes in input order.", "batches",
         {200: Answer("One line per record.", {NDJSON: reference("OutcomeLine")})}, (*READ, 404), SELECTION),
    Call("POST", "/api/importer/batches/{batch_id}/cancel", "cancel_batch", "Compute no more of it.", "batches",
         {200: _json("The batch.", "Batch")}, (*READ, 404), (BATCH_ID,)),
    Call("GET", "/api/importer/queues", "list_queues", "What waits on each queue, and who serves it.", "workers",
         {200: _json("The queues.", "QueueList")}, READ),
    Call("GET", "/api/importer/workers", "list_workers", "Every worker seen within a day.", "workers",
         {200: _json("The workers.", "WorkerList")}, READ),
)  # fmt: skip


def api_document() -> dict[str, Any]:
    return document("Stackroom importer", "Batches of records, and one outcome for each.", CALLS, schemas())
