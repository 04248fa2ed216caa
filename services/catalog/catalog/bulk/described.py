"""The bulk call of a resource as OpenAPI describes it."""

from typing import Any

from catalog.bulk.caller import CALLER_PROBLEMS
from catalog.bulk.ledger import KEY_PROBLEMS
from catalog.bulk.outcomes import ITEM_FAULTS
from catalog.bulk.routes import BOOLEANS, ON_CONFLICT
from catalog.crud.calls import fields_of
from catalog.crud.resource import Resource
from catalog.crud.schema import ALLOWED_TEXT, FIELD_FAULTS
from stackroom_kit.arguments import choice_parameter
from stackroom_kit.idempotency import key_parameter
from stackroom_kit.openapi_by_hand import JSON, Answer, Call, reference
from stackroom_kit.strict_json import OBJECT_PROBLEMS
from stackroom_sql.problems import DATABASE_PROBLEMS

SUMMARY = "Many rows at once; an outcome for each, in their order. A wrong item fails alone."
OUTCOMES = ["created", "updated", "unchanged", "skipped", "failed"]
OWN_PROBLEMS = {400: ("items_missing",), 413: ("too_many_items",), 501: ("needs_postgresql",)}
PROBLEMS = (OBJECT_PROBLEMS, CALLER_PROBLEMS, KEY_PROBLEMS, OWN_PROBLEMS, DATABASE_PROBLEMS)
TEXT = {"type": "string"}
SCHEME = "importer"
SECURITY_SCHEMES = {SCHEME: {"type": "http", "scheme": "bearer", "description": "The service token; others need none."}}
OPTIONAL: tuple[Any, ...] = ({}, {SCHEME: []})
OUTCOME = {
    "type": "object",
    "properties": {
        "index": {"type": "integer", "minimum": 0},
        "id": {"description": "As it was sent."},
        "outcome": {"enum": OUTCOMES},
        "code": {"enum": sorted({*FIELD_FAULTS, *ITEM_FAULTS})},
        "field": TEXT,
        "detail": TEXT,
        "etag": TEXT,
    },
    "required": ["index", "id", "outcome"],
}
BULK_ANSWER = {
    "type": "object",
    "properties": {
        "outcomes": {"type": "array", "items": reference("bulk_outcome")},
        "counts": {"type": "object", "additionalProperties": {"type": "integer"}},
        "dry_run": {"type": "boolean"},
    },
    "required": ["outcomes", "counts", "dry_run"],
}
PARAMETERS = (
    choice_parameter("on_conflict", "What an item does whose id is there.", "fail", ON_CONFLICT),
    choice_parameter("atomic", "Whether one failed item keeps all out.", "false", BOOLEANS),
    choice_parameter("dry_run", "Go the whole way and change nothing.", "false", BOOLEANS),
    key_parameter("Once per key."),
)


def bulk_schemas_of(resource: Resource) -> dict[str, Any]:
    """An item may leave out what stays as it is; it may name what it belongs to instead of that one's id."""
    properties, reference_to = fields_of(resource.schema), resource.reference
    note = "Only `id` is always needed; a field that is left out stays as it is, or is null in a new row."
    if reference_to is not None:
        named = {"type": ["string", "null"], "pattern": ALLOWED_TEXT}
        properties[reference_to.name_field] = {**named, "description": f"Its name, instead of {reference_to.field}."}
        note += f" A new row needs {reference_to.field} or {reference_to.name_field}."
    item = {"type": "object", "properties": properties, "required": ["id"], "additionalProperties": False}
    return {f"{resource.name}_item": {**item, "description": note}}


def bulk_schemas() -> dict[str, Any]:
    return {"bulk_outcome": OUTCOME, "bulk_answer": BULK_ANSWER}


def bulk_call_of(name: str, max_items: int) -> Call:
    items = {"type": "array", "minItems": 1, "maxItems": max_items, "items": reference(f"{name}_item")}
    body = {"type": "object", "properties": {"items": items}, "required": ["items"], "additionalProperties": False}
    replayed = {"Idempotent-Replayed": "`true` where the answer is that of an earlier call under this key."}
    answer = Answer("The outcomes.", {JSON: reference("bulk_answer")}, sometimes=replayed)
    return Call(
        "POST", f"/api/{name}/bulk", f"bulk_{name}", SUMMARY, name, {200: answer}, PROBLEMS, PARAMETERS, {JSON: body},
        OPTIONAL,
    )  # fmt: skip
