"""The importer's two ways to Redis for plain tasks: their messages, and what is kept of their results.

The app that sends has no result backend: Celery's own would subscribe to the result of every task that it sends.
"""

import dataclasses
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import msgspec
from celery import Celery
from celery.exceptions import BackendError
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from importer.problems import QUEUE_FULL, RESULTS_UNAVAILABLE, TASKS_UNAVAILABLE
from importer.settings import Settings
from stackroom_jobs.celery_app import make_celery
from stackroom_kit.problems import ProblemKind

AWAY = (RedisError, BackendError, OperationalError, OSError)
MAX_WAITING = 1000  # messages in all queues: they share the memory of Redis with the doorbells
MARK_SECONDS = 7 * 86400  # a task that nobody has begun until then counts as lost
logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _sender(settings: Settings) -> Celery:
    app = make_celery("importer", settings)
    app.conf.update(result_backend=None)
    return app


@lru_cache(maxsize=1)
def _results(settings: Settings) -> Celery:
    return make_celery("importer", settings)


@dataclasses.dataclass(frozen=True)
class Message:
    """``options`` are Celery's: countdown, eta, expires. ``wait_seconds`` is how long it is to wait at least."""

    task_id: str
    name: str
    args: list[Any]
    kwargs: dict[str, Any]
    options: Mapping[str, Any]
    wait_seconds: int


def send(settings: Settings, queue: str, queues: Iterable[str], message: Message) -> None:
    """Mark it as waiting, then send it; names of queues are Celery's. Problem 503, after which it may have been sent.

    ``queues`` are all those on which tasks may wait.
    """
    sender = _sender(settings)
    with (
        _answering(TASKS_UNAVAILABLE, "Redis does not take the task."),
        sender.producer_or_acquire() as producer,
    ):
        if sum(producer.channel.client.llen(name) for name in queues) >= MAX_WAITING:
            raise QUEUE_FULL(f"{MAX_WAITING} tasks wait already.")
        _mark(settings, message)
        sender.send_task(
            message.name, message.args, message.kwargs,
            task_id=message.task_id, queue=queue, producer=producer, **message.options,
        )  # fmt: skip


def _mark(settings: Settings, message: Message) -> None:
    """In the form of Celery's own results, so that a worker writes over it."""
    backend: Any = _results(settings).backend
    mark: dict[str, Any] = {
        "status": "PENDING",
        "result": None,
        "traceback": None,
        "children": [],
        "task_id": message.task_id,
    }
    key = backend.get_key_for_task(message.task_id)
    backend.client.set(key, msgspec.json.encode(mark), ex=MARK_SECONDS + message.wait_seconds)


def kept(settings: Settings, task_id: str) -> dict[str, Any] | None:
    """``{"status", "result", …}`` as Celery wrote it, None where nothing is kept. Problem 503, ValueError."""
    backend: Any = _results(settings).backend
    with _answering(RESULTS_UNAVAILABLE, "The result backend does not answer."):
        found = backend.client.get(backend.get_key_for_task(task_id))
    return msgspec.json.decode(found, type=dict[str, Any]) if found else None


@contextmanager
def _answering(kind: ProblemKind, detail: str) -> Iterator[None]:
    try:
        yield
    except AWAY as error:
        logger.error("%s (%s)", detail, type(error).__name__)
        raise kind(detail) from None
