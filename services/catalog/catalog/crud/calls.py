"""The calls of a resource as OpenAPI describes them, from the same fields that its bodies are checked against."""

from typing import Any

from catalog.crud.listing import FORMATS, LISTING_PROBLEMS, MAX_CURSOR, MAX_LIMIT
from catalog.crud.resource import Resource
from catalog.crud.schema import ALLOWED_TEXT, INT32, Field, Schema
from catalog.crud.time_limit import SEARCH_PROBLEMS
from stackroom_kit.arguments import choice_parameter, integer_parameter, text_parameter
from stackroom_kit.csv import DELIMITERS
from stackroom_kit.openapi_by_hand import JSON, Answer, Call, Parameter, reference
from stackroom_kit.strict_json import OBJECT_PROBLEMS
from stackroom_sql.problems import DATABASE_PROBLEMS

CSV = "text/csv"
INTEGER = {"type": "integer", "minimum": INT32[0], "maximum": INT32[-1]}
FIELDS = {400: ("wrong_fields",)}
MISSING = {404: ("not_found",)}
STALE = {412: ("precondition_failed",)}
CREATE = "Make a row."
CHANGE = "Change the fields that the body names; null clears, what is left out stays."
DELETE = "Delete a row that nothing uses."
DELETED = {
    "type": "object",
    "properties": {"status": {"const": "deleted"}, "id": INTEGER},
    "required": ["status", "id"],
}
NORMAL_TEXT = "Kept composed (NFC) and without spaces at both ends, and so measured; empty is null."
ETAG = {"ETag": "A hash of the row, for If-Match and If-None-Match."}


def _type(field: Field) -> dict[str, Any]:
    kind: dict[str, Any] = dict(INTEGER)
    if field.max_length is not None:
        kind = {"type": "string", "maxLength": field.max_length, "pattern": ALLOWED_TEXT, "description": NORMAL_TEXT}
    return {**kind, "type": [kind["type"], "null"]} if field.is_nullable else kind


def fields_of(schema: Schema) -> dict[str, Any]:
    """The schema of every field that is shown, by its name."""
    own = {field.name: _type(field) for field in schema.fields}
    return own | {column: {"type": ["string", "null"], "readOnly": True} for column in schema.read_only}


def schemas_of(name: str, schema: Schema) -> dict[str, dict[str, Any]]:
    """What is shown, what makes a row, what changes one, and a list; named after the resource."""
    shown = fields_of(schema)
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


def calls_of(resource: Resource) -> list[Call]:
    """The five calls of ``/api/<name>/``."""
    name = resource.name
    path, one = f"/api/{name}/", f"/api/{name}/{{row_id}}"
    row_id = Parameter("row_id", INTEGER, "The id of the row.", "path")
    if_match = Parameter("If-Match", {"type": "string"}, "Only if the row still has this ETag, else 412.", "header")
    if_none_match = Parameter("If-None-Match", {"type": "string"}, "304 if the row still has this ETag.", "header")
    shown = Answer("The row.", {JSON: reference(name)}, ETAG)
    created = Answer("The new row.", {JSON: reference(name)}, {**ETAG, "Location": "Where the row is."})
    rows = Answer(
        "The rows; as CSV where `format` or `Accept` asks for it.",
        {JSON: reference(f"{name}_list"), CSV: {"type": "string"}},
        sometimes={"Content-Disposition": "A name for the CSV."},
    )
    read = {200: shown, 304: Answer("The row is as it was.", headers=ETAG)}
    gone = Answer("The row is gone.", {JSON: DELETED})
    new, change = {JSON: reference(f"{name}_new")}, {JSON: reference(f"{name}_change")}
    unknown = {400: ("unknown_group",)} if resource.reference else {}
    write = (OBJECT_PROBLEMS, FIELDS, unknown, DATABASE_PROBLEMS)
    create, update = (*write, {400: ("exists",)}), (*write, MISSING, STALE)
    listed, found = (LISTING_PROBLEMS, SEARCH_PROBLEMS, DATABASE_PROBLEMS), (MISSING, DATABASE_PROBLEMS)
    remove = (*found, STALE, {409: ("in_use",)})
    return [
        Call("GET", path, f"list_{name}", "All rows by id, or pages of them.", name, {200: rows}, listed,
             _paging(resource.schema)),
        Call("POST", path, f"create_{name}", CREATE, name, {201: created}, create, body=new),
        Call("GET", one, f"read_{name}", "One row.", name, read, found, (row_id, if_none_match)),
        Call("PUT", one, f"change_{name}", CHANGE, name, {200: shown}, update, (row_id, if_match), change),
        Call("DELETE", one, f"delete_{name}", DELETE, name, {200: gone}, remove, (row_id, if_match)),
    ]  # fmt: skip


def _paging(schema: Schema) -> tuple[Parameter, ...]:
    words = [f"{sign}{field.name}" for field in schema.fields for sign in ("", "-")]
    after = "The `next` of the page before: an id where the order is by id. Only together with `limit`."
    return (
        integer_parameter("limit", "Rows of a page; all rows without it.", None, 1, MAX_LIMIT),
        text_parameter("after", after, MAX_CURSOR, type=["integer", "string"]),
        text_parameter("q", "Only rows that hold this text, whatever its case, or whose id it is."),
        choice_parameter("sort", "Order by a field; with - the other way round.", "id", words),
        choice_parameter("format", "As JSON or as CSV; without it `Accept` says.", None, FORMATS),
        choice_parameter("delimiter", "Of a CSV; Excel in Russian opens one with `;`.", ",", DELIMITERS),
    )
