"""The bulk call of a resource as OpenAPI describes it."""

from typing import Any

from catalog.bulk.caller import KEY_HEADER
from catalog.bulk.routes import BOOLEANS, ON_CONFLICT
from stackroom_kit.openapi import JSON, Answer, Call, parameter, reference

SUMMARY = "Many rows at once; an outcome for each, in their order."
OUTCOMES = ["created", "updated", "unchanged", "skipped", "failed"]
PROBLEMS = (400, 401, 409, 411, 413, 415, 422, 501, 503)
TEXT = {"type": "string"}
OUTCOME = {
    "type": "object",
    "properties": {
        "index": {"type": "integer", "minimum": 0},
        "id": {},
        "outcome": {"enum": OUTCOMES},
        "code": TEXT,
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
    parameter("on_conflict", {"enum": list(ON_CONFLICT), "default": "fail"}, "What an item does whose id is there."),
    parameter("atomic", {"enum": list(BOOLEANS), "default": "false"}, "Whether one failed item keeps all out."),
    parameter("dry_run", {"enum": list(BOOLEANS), "default": "false"}, "Go the whole way and change nothing."),
    parameter(KEY_HEADER, {"type": "string", "minLength": 1, "maxLength": 200}, "Once per key.", "header"),
)


def bulk_schemas() -> dict[str, Any]:
    return {"bulk_outcome": OUTCOME, "bulk_answer": BULK_ANSWER}


def bulk_call_of(name: str) -> Call:
    items = {"type": "array", "minItems": 1, "items": {"type": "object"}}
    body = {"type": "object", "properties": {"items": items}, "required": ["items"], "additionalProperties": False}
    answer = Answer("The outcomes.", {JSON: reference("bulk_answer")})
    path = f"/api/{name}/bulk"
    return Call("POST", path, f"bulk_{name}", SUMMARY, name, {200: answer}, PROBLEMS, PARAMETERS, {JSON: body})
