"""The calls of a resource as OpenAPI describes them, from the same fields that its bodies are checked against."""

from typing import Any

from catalog.crud.listing import MAX_LIMIT
from catalog.crud.schema import INT32, Field, Schema
from stackroom_kit.openapi import JSON, Answer, Call, parameter, reference

CSV = "text/csv"
INTEGER = {"type": "integer", "minimum": INT32[0], "maximum": INT32[-1]}
WRITE_PROBLEMS = (400, 411, 413, 415, 503)
CHANGE_PROBLEMS = (*WRITE_PROBLEMS, 404, 412)
DELETE_PROBLEMS = (400, 404, 409, 412, 503)
CHANGE = "Change the fields that the body names; null clears, what is left out stays."
DELETE = "Delete a row that nothing uses."
DELETED = {"type": "object", "properties": {"status": {"const": "deleted"}, "id": INTEGER}}
ETAG = {"ETag": "A hash of the row, for If-Match and If-None-Match."}


def _type(field: Field) -> dict[str, Any]:
    kind: dict[str, Any] = dict(INTEGER)
    if field.max_length is not None:
        kind = {"type": "string", "maxLength": field.max_length}
    return {**kind, "type": [kind["type"], "null"]} if field.is_nullable else kind


def schemas_of(name: str, schema: Schema) -> dict[str, dict[str, Any]]:
    """What is shown, what makes a row, what changes one, and a list; named after the resource."""
    own = {field.name: _type(field) for field in schema.fields}
    shown = own | {column: {"type": ["string", "null"], "readOnly": True} for column in schema.read_only}
    required = [field.name for field in schema.fields if field.is_required]
    items = {"type": "array", "items": reference(name)}
    total = {"type": "integer", "description": "How many rows match, on all pages."}
    following = {"type": ["integer", "string", "null"], "description": "The `after` of the next page; only with limit."}
    return {
        name: {"type": "object", "properties": shown, "required": list(shown)},
        f"{name}_new": {"type": "object", "properties": shown, "required": required, "additionalProperties": False},
        f"{name}_change": {"type": "object", "properties": shown, "additionalProperties": False},
        f"{name}_list": {
            "type": "object",
            "properties": {"items": items, "total": total, "next": following},
            "required": ["items", "total"],
        },
    }


def calls_of(name: str, schema: Schema) -> list[Call]:
    """The five calls of ``/api/<name>/``."""
    path, one = f"/api/{name}/", f"/api/{name}/{{row_id}}"
    row_id = parameter("row_id", INTEGER, "The id of the row.", "path")
    if_match = parameter("If-Match", {"type": "string"}, "Only if the row still has this ETag, else 412.", "header")
    if_none_match = parameter("If-None-Match", {"type": "string"}, "304 if the row still has this ETag.", "header")
    shown = Answer("The row.", {JSON: reference(name)}, ETAG)
    created = Answer("The new row.", {JSON: reference(name)}, {**ETAG, "Location": "Where the row is."})
    rows = Answer("The rows.", {JSON: reference(f"{name}_list"), CSV: {"type": "string"}})
    read = {200: shown, 304: Answer("The row is as it was.")}
    gone = Answer("The row is gone.", {JSON: DELETED})
    new, change = {JSON: reference(f"{name}_new")}, {JSON: reference(f"{name}_change")}
    everything = ((400, 503), _paging(schema))
    return [
        Call("GET", path, f"list_{name}", "All rows by id, or pages of them.", name, {200: rows}, *everything),
        Call("POST", path, f"create_{name}", "Make a row.", name, {201: created}, WRITE_PROBLEMS, body=new),
        Call("GET", one, f"read_{name}", "One row.", name, read, (400, 404, 503), (row_id, if_none_match)),
        Call("PUT", one, f"change_{name}", CHANGE, name, {200: shown}, CHANGE_PROBLEMS, (row_id, if_match), change),
        Call("DELETE", one, f"delete_{name}", DELETE, name, {200: gone}, DELETE_PROBLEMS, (row_id, if_match)),
    ]


def _paging(schema: Schema) -> tuple[dict[str, Any], ...]:
    words = [f"{sign}{field.name}" for field in schema.fields for sign in ("", "-")]
    described = (
        ("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT}, "Rows of a page; all rows without it."),
        ("after", {"type": ["integer", "string"]}, "The `next` of the page before; goes with limit."),
        ("q", {"type": "string"}, "Only rows that hold this text, whatever its case."),
        ("sort", {"enum": words, "default": "id"}, "Order by a field; with - the other way round."),
    )
    return tuple(dict(parameter(*one)) for one in described)
