"""``GET /operations``: what a batch can ask for, whether anybody is there to do it, and how much is taken at most."""

from typing import Any

from flask import Blueprint

from importer.batches.accept import live_slots
from importer.parsing.csv_shape import MAX_HEADER_CHARACTERS
from importer.services import services
from importer.settings import Settings
from stackroom_jobs.operations import OPERATIONS, Operation
from stackroom_jobs.records import own_fields
from stackroom_kit.arguments import refuse_unknown_arguments

blueprint = Blueprint("operations", __name__, url_prefix="/api/importer")


@blueprint.get("/operations")
def list_operations() -> dict[str, Any]:
    refuse_unknown_arguments(())
    items = [_view(operation) for operation in OPERATIONS.values()]
    return {"items": items, "total": len(items), "limits": _limits(services().settings)}


def _limits(settings: Settings) -> dict[str, int]:
    """So that a client can look before it sends. A CSV may have the columns that its operation knows."""
    return {
        "max_body_bytes": settings.max_body_bytes,
        "max_batch_rows": settings.max_batch_rows,
        "max_refused_rows": settings.max_refused_rows,
        "max_record_bytes": settings.max_record_bytes,
        "max_header_characters": MAX_HEADER_CHARACTERS,
        "max_media_bytes": settings.max_media_bytes,
    }


def _view(operation: Operation) -> dict[str, Any]:
    return {
        "name": operation.name,
        "task_name": operation.task_name,
        "queues": [str(queue) for queue in operation.queues],
        "slots": sum(live_slots(services().engine, operation, str(queue)) for queue in operation.queues),
        "fields": [{"name": name, "required": name in operation.required} for name in own_fields(operation.record)],
        "loads": operation.loads,
        "time_limit": operation.time_limit or services().settings.celery_task_time_limit,
    }
