"""``GET /queues`` and ``GET /workers``."""

from typing import Any

from flask import Blueprint

from importer.ledger.workers import list_queues, list_workers
from importer.services import services
from stackroom_kit.arguments import refuse_unknown_arguments

blueprint = Blueprint("workers", __name__, url_prefix="/api/importer")


@blueprint.get("/queues")
def read_queues() -> dict[str, Any]:
    refuse_unknown_arguments(())
    items = list_queues(services().engine)
    return {"items": items, "total": len(items)}


@blueprint.get("/workers")
def read_workers() -> dict[str, Any]:
    refuse_unknown_arguments(())
    items = list_workers(services().engine)
    return {"items": items, "total": len(items)}
