"""The catalog's OpenAPI document."""

from typing import Any

from catalog.bulk.described import SECURITY_SCHEMES, bulk_call_of, bulk_schemas, bulk_schemas_of
from catalog.crud.calls import calls_of, schemas_of
from catalog.crud.schema import FIELD_FAULTS
from catalog.resources import RESOURCES
from stackroom_kit.arguments import UNKNOWN_ARGUMENT
from stackroom_kit.described_problems import together
from stackroom_kit.openapi_by_hand import JSON, Answer, Call, Described
from stackroom_kit.web import EVERY_CALL
from stackroom_sql.problems import DATABASE_PROBLEMS

DB_STATUS_SCHEMA = {
    "type": "object",
    "properties": {name: {"type": "string"} for name in ("status", "database", "server_version")},
    "required": ["status", "database", "server_version"],
}
DB_STATUS = Call(
    "GET", "/api/db-status", "read_db_status", "Whether the database answers, and which server it is.", "state",
    {200: Answer("It answers.", {JSON: DB_STATUS_SCHEMA})}, (DATABASE_PROBLEMS,),
)  # fmt: skip


def api_document(max_bulk_items: int) -> dict[str, Any]:
    calls = [call for resource in RESOURCES for call in calls_of(resource)]
    bulk = [bulk_call_of(resource.name, max_bulk_items) for resource in RESOURCES]
    schemas = bulk_schemas()
    for resource in RESOURCES:
        schemas |= schemas_of(resource.name, resource.schema) | bulk_schemas_of(resource)
    described = Described(
        "Stackroom catalog",
        "Groups and types of book files.",
        [*calls, *bulk, DB_STATUS],
        together(EVERY_CALL, UNKNOWN_ARGUMENT),
        FIELD_FAULTS,
    )
    return described.document(schemas, SECURITY_SCHEMES)
