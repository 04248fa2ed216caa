"""Tasks of a team's own that run on plain Celery: answered from the result backend, where one is set."""

import logging
import uuid
from functools import lru_cache
from typing import Any

from celery import Celery
from celery.exceptions import BackendError
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from importer.settings import Settings
from stackroom_jobs.celery_app import make_celery
from stackroom_kit.problems import unavailable

BACKEND_PROBLEMS = {503: ("results_unavailable",)}
AWAY = (RedisError, BackendError, OperationalError, OSError)
WAITING = frozenset({"PENDING", "RECEIVED"})
logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _celery(settings: Settings) -> Celery:
    return make_celery("importer", settings)


def _is_uuid(task_id: str) -> bool:
    try:
        return str(uuid.UUID(task_id)) == task_id
    except ValueError:
        return False


def plain_task_status(settings: Settings, task_id: str) -> dict[str, Any] | None:
    """None without a result backend, or where the id cannot be Celery's. Celery says PENDING of an unknown id.

    Problem 503 while the backend does not answer.
    """
    if not settings.celery_result_backend or not _is_uuid(task_id):
        return None
    result = _celery(settings).AsyncResult(task_id)
    try:
        state, value = result.state, result.result
    except AWAY as error:
        logger.error("the result backend does not answer: %s", type(error).__name__)
        raise unavailable("The result backend does not answer.", code="results_unavailable") from None
    return _status(task_id, state, value)


def _status(task_id: str, state: str, value: Any) -> dict[str, Any]:
    """Celery's states, and those that a task makes up, as the five that clients know."""
    if state == "SUCCESS":
        return _plain(task_id, state, _meta({"current": 1, "total": 1}), result=value)
    if state in ("FAILURE", "REVOKED"):
        return _plain(task_id, state, _meta({}), error=str(value))
    return _plain(task_id, "PENDING" if state in WAITING else "PROGRESS", _meta(value))


def _meta(value: Any) -> dict[str, int]:
    """What a task said of its progress by ``update_state``, as far as it is that."""
    given = value if isinstance(value, dict) else {}
    current, total = (
        given[name] if type(given.get(name)) is int and given[name] >= 0 else default
        for name, default in (("current", 0), ("total", 1))
    )
    return {"current": current, "total": total, "progress": min(100, 100 * current // max(total, 1))}


def _plain(task_id: str, state: str, meta: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"task_id": task_id, "state": state, "meta": meta, **rest}
