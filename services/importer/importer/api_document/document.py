"""Every public call of the importer, one entry each."""

from typing import Any

from flask import Flask

from importer.api_document.media import FORM_SCHEMA, MEDIA_CALLS
from importer.api_document.parameters import BATCH_ID, FILTERS, KEYED, PREVIEW_OPTIONS, SELECTION, TASK_ID
from importer.api_document.problems import (
    CREATE,
    DELETE,
    EVERY,
    FOLLOW_UP,
    PREVIEW,
    READ,
    READ_ONE,
    RETRY,
    SEND,
    STATUS,
    UNDO,
)
from importer.api_document.schemas import schemas
from importer.batches.cursor import CURSOR_PROBLEMS
from importer.batches.result_range import RANGE_PROBLEMS
from importer.parsing.checker import RECORD_FAULTS
from importer.parsing.form import FORM
from importer.parsing.formats import CSV, JSON, NDJSON, TSV
from importer.services import services
from stackroom_kit.openapi import Document
from stackroom_kit.openapi_by_hand import Answer, Call, Described, reference

TABLE_BODY = {
    "type": "string",
    "description": "The first line names the columns: fields of the operation's records. Empty cells are null.",
    "minLength": 1,
    "pattern": r"^[^\x00]*$",
}
BODIES = {
    JSON: reference("NewBatch"),
    NDJSON: reference("AnyRecord"),
    CSV: TABLE_BODY,
    TSV: TABLE_BODY,
    FORM: FORM_SCHEMA,
}
TASKS = {JSON: reference("Tasks")}


def _json(description: str, schema: str, **headers: str) -> Answer:
    return Answer(description, {JSON: reference(schema)}, headers)


BATCH = _json("The batch.", "Batch")
NEW_BATCH = _json("The new batch.", "Batch", Location="Where it is.")
RANGED = {
    "ETag": "Strong; of the NDJSON of a finished batch alone.",
    "Accept-Ranges": "`bytes`, where there is an ETag.",
}
RESULTS = Answer(
    "One line per record.",
    {NDJSON: reference("OutcomeLine"), CSV: {"type": "string"}},
    {"Cache-Control": "`no-store`: there may be more lines the next time."},
    {"Content-Disposition": "A name for the CSV.", **RANGED},
)
REST_OF_RESULTS = Answer(
    "The lines from that byte on.",
    {NDJSON: {"type": "string"}},
    {"Cache-Control": "`no-store`", "Content-Range": "Which bytes of how many.", **RANGED},
)

CALLS = (
    Call("POST", "/api/importer/ingest", "ingest", "Normalise records now, or as one task each.", "tasks",
         {200: _json("The results.", "Ingested"), 202: _json("A task per record.", "Queued")}, SEND, body=TASKS),
    Call("POST", "/api/importer/progress", "progress", "One task for all records, which tells its progress.", "tasks",
         {202: _json("The task.", "ProgressQueued")}, SEND, body=TASKS),
    Call("GET", "/api/importer/status/{task_id}", "status", "State, progress and result of a task.", "tasks",
         {200: _json("The state.", "Status")}, STATUS, (TASK_ID,)),
    Call("POST", "/api/importer/batches", "create_batch", "Send a batch; one outcome per record comes back.", "batches",
         {202: NEW_BATCH}, CREATE, KEYED, BODIES),
    Call("POST", "/api/importer/preview", "preview", "What a batch of this body would be read as; nothing is written.",
         "batches", {200: _json("What was found.", "Preview")}, PREVIEW, PREVIEW_OPTIONS, BODIES),
    Call("GET", "/api/importer/batches", "list_batches", "Batches, newest first.", "batches",
         {200: _json("A page.", "BatchList")}, (*READ, CURSOR_PROBLEMS), FILTERS),
    Call("GET", "/api/importer/batches/{batch_id}", "read_batch", "State and counts of a batch.", "batches",
         {200: BATCH}, READ_ONE, (BATCH_ID,)),
    Call("GET", "/api/importer/batches/{batch_id}/results", "read_results", "Outcomes in input order.", "batches",
         {200: RESULTS, 206: REST_OF_RESULTS}, (*READ_ONE, RANGE_PROBLEMS), SELECTION),
    Call("POST", "/api/importer/batches/{batch_id}/cancel", "cancel_batch", "Compute no more of it.", "batches",
         {200: BATCH}, READ_ONE, (BATCH_ID,)),
    Call("POST", "/api/importer/batches/{batch_id}/retry", "retry_batch", "A new batch of what failed.", "batches",
         {202: NEW_BATCH}, (*FOLLOW_UP, RETRY), (BATCH_ID,)),
    Call("POST", "/api/importer/batches/{batch_id}/undo", "undo_batch", "A new batch that takes a load back.",
         "batches", {202: NEW_BATCH}, (*FOLLOW_UP, UNDO), (BATCH_ID,)),
    Call("DELETE", "/api/importer/batches/{batch_id}", "delete_batch", "Its rows and results go for good.", "batches",
         {200: _json("It is gone.", "Deleted")}, (*READ_ONE, DELETE), (BATCH_ID,)),
    Call("GET", "/api/importer/operations", "list_operations", "What a batch can ask for.", "batches",
         {200: _json("The operations.", "OperationList")}, READ),
    *MEDIA_CALLS,
)  # fmt: skip
DESCRIBED = Described(
    "Stackroom importer",
    "Batches of records, and one outcome for each.",
    CALLS,
    EVERY,
    (*RECORD_FAULTS, "empty"),
)


def api_document(app: Flask) -> dict[str, Any]:
    """Of the routes that declare themselves, and of those that are still described here."""
    with app.app_context():
        old = DESCRIBED.document(schemas(services().settings.max_batch_rows))
    document = Document(DESCRIBED.title, DESCRIBED.description, EVERY, old_places(old)).of(app)
    document["paths"] |= old["paths"]
    document["components"]["schemas"] |= old["components"]["schemas"]
    return document


def old_places(old: dict[str, Any]) -> list[str]:
    place = old["components"]["schemas"]["Problem"]["properties"]["errors"]["items"]["properties"]
    codes: list[str] = place["code"]["enum"]
    return codes
