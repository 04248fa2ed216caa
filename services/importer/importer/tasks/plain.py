"""Tasks of a team's own that run on plain Celery: answered from the result backend, where one is set."""

import uuid
from functools import lru_cache
from typing import Any

from celery import Celery

from importer.settings import Settings
from stackroom_jobs.celery_app import make_celery


@lru_cache(maxsize=1)
def _celery(settings: Settings) -> Celery:
    return make_celery("importer", settings)


def _is_uuid(task_id: str) -> bool:
    try:
        return str(uuid.UUID(task_id)) == task_id
    except ValueError:
        return False


def plain_task_status(settings: Settings, task_id: str) -> dict[str, Any] | None:
    """None without a result backend, or where the id cannot be Celery's. Celery says PENDING of an unknown id."""
    if not settings.celery_result_backend or not _is_uuid(task_id):
        return None
    result = _celery(settings).AsyncResult(task_id)
    state, value = result.state, result.result
    if state == "SUCCESS":
        return _plain(task_id, state, {"current": 1, "total": 1, "progress": 100}, result=value)
    if state in ("FAILURE", "REVOKED"):
        return _plain(task_id, state, _nothing_done(), error=str(value))
    return _plain(task_id, state, {**_nothing_done(), **value} if isinstance(value, dict) else _nothing_done())


def _nothing_done() -> dict[str, int]:
    return {"current": 0, "total": 1, "progress": 0}


def _plain(task_id: str, state: str, meta: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"task_id": task_id, "state": state, "meta": meta, **rest}
