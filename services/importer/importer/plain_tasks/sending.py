"""``PlainTask``: a task that some worker has, sent by its name."""

import dataclasses
import datetime
import math
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from kombu.utils import json

from importer.plain_tasks.broker import Message, send
from importer.plain_tasks.eager import run_now
from importer.plain_tasks.issued import note_issued
from importer.services import services
from stackroom_jobs.queues import DEFAULT_QUEUE, celery_name, check_queue
from stackroom_kit.problems import TOO_LARGE
from stackroom_kit.public_path import public_path

MAX_ARGUMENT_BYTES = 16 * 1024  # Redis holds messages in memory, beside the doorbells: send where the data is
_queues: set[str] = set()  # of all plain tasks that are declared


@dataclasses.dataclass(frozen=True)
class SentTask:
    """``ended`` is empty, but in eager mode, where the task is over: ``state`` with its ``result`` or ``error``."""

    id: str
    queue: str
    ended: Mapping[str, Any]

    def answer(self) -> tuple[dict[str, Any], int]:
        """What a call that sends a task answers: 202, and where to ask for the task."""
        status_url = public_path(f"/api/importer/status/{self.id}")
        return {
            "status": "queued",
            "task_id": self.id,
            "status_url": status_url,
            "queue": self.queue,
            **self.ended,
        }, 202


class PlainTask:
    """A Celery task by the name that its worker gives it, and the queue that this worker reads."""

    def __init__(self, name: str, queue: str = DEFAULT_QUEUE) -> None:
        """ValueError for what is no name of a queue."""
        self.name = name
        self.queue = check_queue(queue)
        _queues.add(queue)

    def apply_async(
        self,
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
        countdown: float | None = None,
        eta: datetime.datetime | None = None,
        expires: float | datetime.datetime | None = None,
    ) -> SentTask:
        """Send it, as Celery's own call does; in eager mode run it here. Problems: SENT_TASK.

        ``eta`` and an ``expires`` that is a time have a time zone. kombu's EncodeError for arguments that are not JSON.
        """
        here, task_id = services(), str(uuid.uuid4())
        sent_args, sent_kwargs = _through_json(args, kwargs or {})
        words = {*_queues, *here.registry.queues()}  # a bare call of an operation waits where plain tasks do
        names = {word: celery_name(word, here.settings.celery_default_queue) for word in words}
        queue = names[self.queue]
        note_issued(here.engine, task_id, self.name, self.queue)
        if here.settings.celery_task_always_eager:
            return SentTask(task_id, queue, run_now(here.settings, self.name, task_id, sent_args, sent_kwargs))
        options = {"countdown": countdown, "eta": eta, "expires": expires}
        send(
            here.settings, queue, names.values(),
            Message(task_id, self.name, sent_args, sent_kwargs, options, _wait_seconds(countdown, eta)),
        )  # fmt: skip
        return SentTask(task_id, queue, {})


def _through_json(args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """As the worker will get them. Problem 413 above MAX_ARGUMENT_BYTES."""
    encoded: str = json.dumps([list(args), dict(kwargs)])
    if len(encoded.encode()) > MAX_ARGUMENT_BYTES:
        raise TOO_LARGE(f"The arguments of a task may have at most {MAX_ARGUMENT_BYTES} bytes.")
    sent_args, sent_kwargs = json.loads(encoded)
    return sent_args, sent_kwargs


def _wait_seconds(countdown: float | None, eta: datetime.datetime | None) -> int:
    until = (eta - datetime.datetime.now(datetime.UTC)).total_seconds() if eta else 0.0
    return math.ceil(max(countdown or 0.0, until, 0.0))
