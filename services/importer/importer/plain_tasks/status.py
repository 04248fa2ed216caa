"""What ``status`` answers of a plain task."""

import logging
import uuid

from sqlalchemy import Engine

from importer.plain_tasks.broker import kept
from importer.plain_tasks.issued import is_issued
from importer.plain_tasks.outcome import status_of, unreadable
from importer.problems import RESULT_GONE
from importer.settings import Settings
from importer.task_answers import TaskStatus

logger = logging.getLogger(__name__)


def plain_task_status(engine: Engine, settings: Settings, task_id: str) -> TaskStatus | None:
    """None where the id cannot be Celery's, or nobody sent it and nothing is kept of it.

    Problem 410 where it was sent and nothing is kept, 503 while the result backend does not answer.
    """
    if not _is_uuid(task_id):
        return None
    is_sent = is_issued(engine, task_id)
    if settings.celery_task_always_eager and not settings.celery_task_store_eager_result:
        meta = None  # its result went with the answer
    else:
        try:
            meta = kept(settings, task_id)
        except ValueError:
            logger.error("the result of task %s cannot be read", task_id)
            return unreadable(task_id)
    if meta is None and is_sent:
        raise RESULT_GONE(f"Nothing is kept of the task {task_id}: results go after an hour.")
    return None if meta is None else status_of(task_id, meta)


def _is_uuid(task_id: str) -> bool:
    try:
        return str(uuid.UUID(task_id)) == task_id
    except ValueError:
        return False
