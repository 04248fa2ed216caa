"""The catalog's OpenAPI document."""

from typing import Any

from catalog.bulk.described import bulk_call_of, bulk_schemas
from catalog.crud.calls import calls_of, schemas_of
from catalog.resources import RESOURCES
from stackroom_kit.openapi import JSON, Answer, Call, document

DB_STATUS_SCHEMA = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("status", "database", "server_version")},
    "required": ["status", "database", "server_version"],
}
DB_STATUS = Call(
    "GET", "/api/db-status", "read_db_status", "Whether the database answers, and which server it is.", "state",
    {200: Answer("It answers.", {JSON: DB_STATUS_SCHEMA})}, (400, 503),
)  # fmt: skip


def api_document() -> dict[str, Any]:
    calls = [call for resource in RESOURCES for call in calls_of(resource.name, resource.schema)]
    bulk = [bulk_call_of(resource.name) for resource in RESOURCES]
    schemas = {name: schema for one in RESOURCES for name, schema in schemas_of(one.name, one.schema).items()}
    every = [*calls, *bulk, DB_STATUS]
    return document("Stackroom catalog", "Groups and types of book files.", every, schemas | bulk_schemas())
