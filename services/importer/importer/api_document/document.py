"""Every public call of the importer, one entry each."""

from typing import Any

from importer.api_document.media import MEDIA_CALLS
from importer.api_document.schemas import OPERATION, QUEUE, SOURCE, TEXT, schemas
from importer.batches.request import DEFAULT_OPERATION, DEFAULT_SOURCE, KEY_HEADER, ON_CONFLICT
from importer.batches.routes import MAX_PAGE
from importer.batches.upload import FIELD, FORM
from importer.batches.view import STATES
from importer.intake.formats import CSV, JSON, NDJSON
from importer.ledger.results import OUTCOMES
from stackroom_kit.openapi import Answer, Call, document, parameter, reference

SEND = (400, 411, 413, 415, 429, 503)
WRITE = (400, 411, 413, 415, 422, 429, 503)
READ = (400, 503)
READ_ONE = (*READ, 404, 410)
BATCH_ID = parameter("batch_id", TEXT, "The id of the batch.", "path")
TASK_ID = parameter("task_id", TEXT, "The id that ingest or progress gave.", "path")
KEY_SCHEMA = {"type": "string", "minLength": 1, "maxLength": 200}
KEY = parameter(KEY_HEADER, KEY_SCHEMA, "The same key and bytes give the same batch.", "header")
OPTIONS = (
    parameter("operation", {**OPERATION, "default": DEFAULT_OPERATION}, "What is done with each record."),
    parameter("source", {**SOURCE, "default": DEFAULT_SOURCE}, "Where the records come from."),
    parameter("queue", QUEUE, "One of the queues that the operation is declared for."),
    parameter("on_conflict", {"enum": list(ON_CONFLICT), "default": "fail"}, "Loads: what a row does that is there."),
    parameter("dry_run", {"type": "boolean", "default": False}, "Loads: go the whole way and change nothing."),
)
PREVIEW_OPTIONS = (
    parameter("operation", OPERATION, "What it is for; left out, the first one whose columns a CSV has."),
    parameter("queue", QUEUE, "One of the queues that the operation is declared for."),
)
FILE: dict[str, Any] = {"type": "string", "format": "binary"}
FORM_SCHEMA = {"type": "object", "properties": {FIELD: FILE}, "required": [FIELD], "additionalProperties": False}
FILTERS = (
    parameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 50}, "Batches of a page."),
    parameter("after", TEXT, "The `next` of the page before."),
    *(parameter(name, TEXT, f"Only batches with this {name}.") for name in ("operation", "source", "queue")),
    parameter("state", {"enum": list(STATES)}, "Only batches in this state."),
)
SELECTION = (
    BATCH_ID,
    parameter("format", {"enum": ["ndjson", "csv"], "default": "ndjson"}, "The form of the lines."),
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
         {200: _json("The state.", "Status")}, READ_ONE, (TASK_ID,)),
    Call("POST", "/api/importer/batches", "create_batch", "Send a batch; one outcome per record comes back.", "batches",
         {202: _json("The batch.", "Batch", Location="Where the batch is.")}, WRITE, (*OPTIONS, KEY),
         {JSON: reference("NewBatch"), NDJSON: reference("AnyRecord"), CSV: {"type": "string"}, FORM: FORM_SCHEMA}),
    Call("POST", "/api/importer/preview", "preview", "What a batch of this body would be read as; nothing is written.",
         "batches", {200: _json("What was found.", "Preview")}, (400, 411, 413, 415, 422, 503), PREVIEW_OPTIONS,
         {JSON: reference("NewBatch"), NDJSON: reference("AnyRecord"), CSV: {"type": "string"}, FORM: FORM_SCHEMA}),
    Call("GET", "/api/importer/batches", "list_batches", "Batches, newest first.", "batches",
         {200: _json("A page.", "BatchList")}, READ, FILTERS),
    Call("GET", "/api/importer/batches/{batch_id}", "read_batch", "State and counts of a batch.", "batches",
         {200: _json("The batch.", "Batch")}, READ_ONE, (BATCH_ID,)),
    Call("GET", "/api/importer/batches/{batch_id}/results", "read_results", "Outcomes in input order.", "batches",
         {200: Answer("One line per record.", {NDJSON: reference("OutcomeLine"), CSV: {"type": "string"}})}, READ_ONE,
         SELECTION),
    Call("POST", "/api/importer/batches/{batch_id}/cancel", "cancel_batch", "Compute no more of it.", "batches",
         {200: _json("The batch.", "Batch")}, READ_ONE, (BATCH_ID,)),
    Call("POST", "/api/importer/batches/{batch_id}/retry", "retry_batch", "A new batch of what failed.", "batches",
         {202: _json("The new batch.", "Batch", Location="Where it is.")}, (*READ_ONE, 409, 422, 429), (BATCH_ID,)),
    Call("POST", "/api/importer/batches/{batch_id}/undo", "undo_batch", "A new batch that takes a load back.",
         "batches", {202: _json("The new batch.", "Batch", Location="Where it is.")}, (*READ_ONE, 409, 422, 429),
         (BATCH_ID,)),
    Call("DELETE", "/api/importer/batches/{batch_id}", "delete_batch", "Its rows and results go for good.", "batches",
         {200: _json("It is gone.", "Deleted")}, (*READ_ONE, 409), (BATCH_ID,)),
    Call("GET", "/api/importer/operations", "list_operations", "What a batch can ask for.", "batches",
         {200: _json("The operations.", "OperationList")}, READ),
    Call("GET", "/api/importer/queues", "list_queues", "What waits on each queue, and who serves it.", "workers",
         {200: _json("The queues.", "QueueList")}, READ),
    Call("GET", "/api/importer/workers", "list_workers", "Workers of the last day, but those that ended.", "workers",
         {200: _json("The workers.", "WorkerList")}, READ),
    *MEDIA_CALLS,
)  # fmt: skip


def api_document() -> dict[str, Any]:
    return document("Stackroom importer", "Batches of records, and one outcome for each.", CALLS, schemas())
