"""The bodies that a batch may be sent in, as the OpenAPI document says them."""

from typing import Any

from importer.parsing.form import FORM, FORM_SHAPE
from importer.parsing.formats import CSV, JSON, NDJSON, TSV
from importer.services import services

_TABLE = {
    "type": "string",
    "description": "The first line names the columns: fields of the operation's records. Empty cells are null.",
    "minLength": 1,
    "pattern": r"^[^\x00]*$",
}


def _record() -> dict[str, Any]:
    records = {operation.record for operation in services().registry.built_in}
    own = sorted(records, key=lambda one: one.__name__)
    return {
        "description": "What the operation takes: `GET /operations` has its schema.",
        "anyOf": [*own, {"type": "object"}],
    }


def _list_or_object() -> dict[str, Any]:
    most = services().settings.max_batch_rows
    records = {"type": "array", "minItems": 1, "maxItems": most, "items": _record()}
    properties = {"records": records}
    whole = {"type": "object", "properties": properties, "required": ["records"], "additionalProperties": False}
    return {"oneOf": [whole, records]}


BATCH_BODIES = {JSON: _list_or_object, NDJSON: _record, CSV: _TABLE, TSV: _TABLE, FORM: FORM_SHAPE}
