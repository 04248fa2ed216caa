"""The shapes that the importer takes and gives, under the names that the document uses."""

from typing import Any

import msgspec

from importer.batches.request import DEFAULT_SOURCE, SOURCE
from importer.batches.view import STATES
from importer.ledger.reading import MOST_AHEAD
from importer.parsing.encodings import CODECS, SOURCES
from stackroom_jobs.operations import OPERATIONS
from stackroom_jobs.outcomes import Normalized
from stackroom_jobs.queues import Queue
from stackroom_kit.described_problems import Schema
from stackroom_kit.openapi import reference

TEXT: Schema = {"type": "string"}
COUNT: Schema = {"type": "integer", "minimum": 0}
TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
QUEUE: Schema = {"enum": [str(queue) for queue in Queue]}
OPERATION: Schema = {"enum": sorted(OPERATIONS)}
_STRINGS: Schema = {"type": "array", "items": TEXT}
TASK_STATES = ["PENDING", "PROGRESS", "SUCCESS", "FAILURE", "REVOKED"]


def _object(properties: dict[str, Schema], optional: tuple[str, ...] = ()) -> Schema:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required}


def _list_of(name: str) -> Schema:
    return {"type": "array", "items": reference(name)}


def _structs() -> dict[str, Schema]:
    """Records and results as their own definitions say."""
    shapes = {operation.record for operation in OPERATIONS.values()} | {Normalized, *RESULTS}
    _, found = msgspec.json.schema_components(
        sorted(shapes, key=lambda one: one.__name__), ref_template="#/components/schemas/{name}"
    )
    return {name: _without_nul(schema) for name, schema in found.items()}


def _without_nul(schema: Any) -> Any:
    """No text of a record may hold U+0000; the decoder itself is not asked, since a pattern would cost it time."""
    if isinstance(schema, dict):
        inner = {name: _without_nul(value) for name, value in schema.items()}
        return {"pattern": r"^[^\x00]*$", **inner} if schema.get("type") == "string" else inner
    return list(map(_without_nul, schema)) if isinstance(schema, list) else schema


RESULTS = {operation.result for operation in OPERATIONS.values()}
ANY_RECORD: Schema = {
    "description": "What the operation takes.",
    "anyOf": [reference(name) for name in sorted({one.record.__name__ for one in OPERATIONS.values()})],
}
CHANGES: Schema = {
    "type": ["object", "null"],
    "description": "What a load did to the catalog.",
    "additionalProperties": COUNT,
}
PASSED_OVER: Schema = {
    "type": "object",
    "description": "What was in the file and is no part of any record; there only where there was something.",
    "properties": {
        "fields": {**_STRINGS, "description": "Fields that are only shown, and so not loaded."},
        "separator_lines": {**COUNT, "description": "First lines such as `sep=;`, which set the delimiter."},
        "columns": {**COUNT, "description": "Columns of a CSV without a head and without a cell that holds anything."},
        "rows": {**COUNT, "description": "Rows of a CSV that have delimiters and spaces alone."},
    },
}
INPUT: Schema = {
    "type": "object",
    "description": "What was found out about the body; of CSV also delimiter and columns.",
    "properties": {
        "columns": {**_STRINGS, "description": "Of a CSV: the fields of its columns."},
        "heads": {
            "type": "object",
            "description": "Of a CSV: fields that are headed by other words than their names.",
            "additionalProperties": TEXT,
        },
        "passed_over": PASSED_OVER,
        "format": TEXT,
        "encoding": {"enum": list(CODECS)},
        "encoding_source": {
            "enum": list(SOURCES),
            "description": "Asked for or said by the content type; its byte order mark; valid UTF-8; or guessed.",
        },
        "byte_order_mark": {"type": "boolean", "description": "Whether the text has one; it is passed over."},
        "unguarded_cells": {**COUNT, "description": "Cells of a CSV that had a guard against formulas, taken away."},
    },
}
RECORDS: Schema = {**_list_of("Record"), "minItems": 1}
SOURCE_TEXT: Schema = {"type": "string", "pattern": f"^{SOURCE}$", "default": DEFAULT_SOURCE}
OUTCOMES: Schema = _object(dict.fromkeys(("ok", "failed", "refused", "cancelled", "pending"), COUNT))
COUNT_OR_NULL: Schema = {"type": ["integer", "null"], "minimum": 0}
PENDING_RECORD: Schema = _object(
    {
        "row": COUNT,
        "record": {"type": "object", "description": "As it was sent."},
        "is_running": {"type": "boolean", "description": "Whether a worker has it; the others wait for their turn."},
        "current": {**COUNT_OR_NULL, "description": "Of a video: frames that are done, once its worker told."},
        "total": {**COUNT_OR_NULL, "description": "Of a video: frames that it will have."},
    }
)
BATCH: dict[str, Schema] = {
    "id": TEXT,
    "operation": OPERATION,
    "source": TEXT,
    "queue": QUEUE,
    "options": {"type": "object"},
    "state": {"enum": list(STATES)},
    "rows": COUNT,
    "outcomes": OUTCOMES,
    "changes": CHANGES,
    "progress": {"type": "number", "minimum": 0, "maximum": 1, "description": "Parts of long records count as well."},
    "at_hand": {
        **_object({"current": COUNT, "total": COUNT}),
        "type": ["object", "null"],
        "description": "Of long records that are being computed: frames of videos that are done, of all of theirs.",
    },
    "records_per_second": {
        "type": ["number", "null"],
        "description": "From the first claim until a worker was last heard of; null until then.",
    },
    "seconds_left": {
        "type": ["number", "null"],
        "description": "At that pace; null where nobody knows, also when it should be done and no worker is heard of.",
    },
    "has_worker": {"type": "boolean", "description": "Whether a live worker serves its queue and operation."},
    "input": INPUT,
    "retry_of": {"type": ["string", "null"]},
    "undo_of": {"type": ["string", "null"]},
    "retry_batch": {"type": ["string", "null"], "description": "Its retry, once somebody asked for it."},
    "undo_batch": {"type": ["string", "null"], "description": "What takes it back, once somebody asked for it."},
    "created_at": TIME,
    "started_at": TIME,
    "finished_at": TIME,
    "cancelled_at": TIME,
    "request_id": TEXT,
    "results_url": TEXT,
    "pending_records": {
        "type": ["array", "null"],
        "items": PENDING_RECORD,
        "description": "The first 20 that are not done, those in work first; null where chunks hold many records.",
    },
    "queue_position": {
        "type": ["integer", "null"],
        "description": f"Open batches served before it, {MOST_AHEAD} at most.",
    },
    "created": {"type": "boolean", "description": "False where this Idempotency-Key had the batch already."},
}
PREVIEW: Schema = _object(
    {
        "operation": OPERATION,
        "queue": QUEUE,
        "has_worker": {"type": "boolean"},
        "input": INPUT,
        "size": COUNT,
        "rows_read": COUNT,
        "rows_expected": {**COUNT, "description": "About how many; exact where `is_whole`."},
        "is_whole": {"type": "boolean", "description": "Whether every row was read."},
        "rows": {
            "type": "array",
            "items": {"type": "object"},
            "description": "`row`, maybe `line`, and `record`.",
        },
        "rows_refused": {**COUNT, "description": "Of those that were read."},
        "refused": _list_of("OutcomeLine"),
    }
)
TASK: Schema = _object({"record_id": TEXT, "task_id": TEXT, "result": reference("Normalized")}, ("result",))
TASKS: Schema = {
    **_object({"source": SOURCE_TEXT, "records": RECORDS, "enqueue": {"type": "boolean"}}, ("source", "enqueue")),
    "additionalProperties": False,
}
INGESTED: Schema = _object(
    {"status": {"const": "ok"}, "source": TEXT, "imported": COUNT, "results": _list_of("Normalized")}
)
QUEUED: dict[str, Schema] = {"status": {"const": "queued"}}
META: Schema = _object({"current": COUNT, "total": COUNT, "progress": {"type": "integer", "maximum": 100}})
STATUS: Schema = _object(
    {"task_id": TEXT, "state": {"enum": TASK_STATES}, "meta": META, "result": {}, "error": TEXT}, ("result", "error")
)
FIELDS: Schema = {"type": "array", "items": _object({"name": TEXT, "required": {"type": "boolean"}})}
OPERATION_FIELDS: dict[str, Schema] = {
    "name": OPERATION,
    "task_name": TEXT,
    "queues": {"type": "array", "items": QUEUE},
    "slots": {**COUNT, "description": "Pool processes of live workers that would take it."},
    "fields": FIELDS,
    "loads": {"type": ["string", "null"], "description": "The resource of the catalog that it loads."},
    "time_limit": COUNT,
}
LIMITS: Schema = _object(
    {
        "max_body_bytes": {**COUNT, "description": "Of a batch, or of a file to look at."},
        "max_batch_rows": COUNT,
        "max_refused_rows": {**COUNT, "description": "Of a batch with more wrong rows nothing is taken."},
        "max_record_bytes": {**COUNT, "description": "A longer record is refused, its neighbours are not."},
        "max_header_characters": {**COUNT, "description": "Of the first line of a CSV, with its end."},
        "max_media_bytes": {**COUNT, "description": "Of an upload; the disk may have room for less."},
    }
)
OUTCOME_LINE: Schema = {
    "type": "object",
    "description": "One line of NDJSON. One that failed or was refused has the record's fields, to be sent again.",
    "properties": {
        "row": {"type": "integer", "minimum": 1},
        "line": {
            "type": "integer",
            "minimum": 1,
            "description": "Where the row begins in the file, if that is another number than the row's.",
        },
        "outcome": {"enum": ["ok", "failed", "refused", "cancelled"]},
        "result": {"type": "object"},
        "code": {**TEXT, "description": "A stable word; operations and loads have some of their own."},
        "field": {**TEXT, "description": "The wrong field, where there is one."},
        "detail": TEXT,
    },
    "required": ["row", "outcome"],
}

MEDIA_FILE: dict[str, Schema] = {
    "name": {"type": "string", "description": "What a record names it by."},
    "size": COUNT,
    "type": TEXT,
    "uploaded_at": TIME,
    "url": TEXT,
    "created": {"type": "boolean", "description": "False where the same bytes were here already."},
}
MEDIA_LIST: dict[str, Schema] = {
    "items": _list_of("MediaFile"),
    "next": {"type": ["string", "null"]},
    "max_bytes": {**COUNT, "description": "Longest upload that is taken."},
    "room_bytes": {**COUNT, "description": "What the disk has room for."},
}


def _page(name: str, last: str, last_schema: Schema) -> Schema:
    return _object({"items": _list_of(name), last: last_schema})


def schemas(max_batch_rows: int) -> dict[str, Schema]:
    new_records = {**_list_of("AnyRecord"), "minItems": 1, "maxItems": max_batch_rows}
    return {
        **_structs(),
        "Tasks": TASKS,
        "Ingested": INGESTED,
        "Queued": _object({**QUEUED, "source": TEXT, "queued_tasks": COUNT, "tasks": _list_of("Task")}),
        "Task": TASK,
        "ProgressQueued": _object({**QUEUED, "task_id": TEXT, "status_url": TEXT, "queue": TEXT}),
        "Status": STATUS,
        "AnyRecord": ANY_RECORD,
        "NewBatch": {"oneOf": [{**_object({"records": new_records}), "additionalProperties": False}, new_records]},
        "Deleted": _object({"status": {"const": "deleted"}, "id": TEXT}),
        "MediaFile": _object(MEDIA_FILE, ("created",)),
        "MediaList": _object(MEDIA_LIST),
        "MediaDeleted": _object({"status": {"const": "deleted"}, "name": TEXT}),
        "Operation": _object(OPERATION_FIELDS),
        "OperationList": _object({"items": _list_of("Operation"), "total": COUNT, "limits": LIMITS}),
        "Batch": _object(BATCH, ("queue_position", "pending_records", "created", "retry_batch", "undo_batch")),
        "BatchList": _page("Batch", "next", {"type": ["string", "null"]}),
        "OutcomeLine": OUTCOME_LINE,
        "Preview": PREVIEW,
    }
