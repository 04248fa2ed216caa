"""``GET /operations``: what a batch can ask for, and whether anybody is there to do it."""

from typing import Any

import msgspec
from flask import Blueprint

from importer.batches.accepting import live_slots
from importer.services import services
from stackroom_jobs.operations import OPERATIONS, Operation
from stackroom_kit.arguments import refuse_unknown_arguments

blueprint = Blueprint("operations", __name__, url_prefix="/api/importer")


@blueprint.get("/operations")
def list_operations() -> dict[str, Any]:
    refuse_unknown_arguments(())
    items = [_view(operation) for operation in OPERATIONS.values()]
    return {"items": items, "total": len(items)}


def _view(operation: Operation) -> dict[str, Any]:
    return {
        "name": operation.name,
        "task_name": operation.task_name,
        "queues": [str(queue) for queue in operation.queues],
        "slots": sum(live_slots(services().engine, operation, str(queue)) for queue in operation.queues),
        "fields": [
            {"name": field.name, "required": field.required} for field in msgspec.structs.fields(operation.record)
        ],
        "loads": operation.loads,
        "time_limit": operation.time_limit or services().settings.celery_task_time_limit,
    }
