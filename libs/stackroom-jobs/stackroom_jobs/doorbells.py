"""Doorbells: "there is work". A message of the operation's task without data, on a list of its own."""

from typing import Any

from celery import Celery
from kombu import Connection
from kombu import Queue as CeleryQueue
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from stackroom_jobs.operation import Operation
from stackroom_jobs.queues import bell_name


class Doorbells:
    """Rings and counts. Not for several threads at once: it holds one connection, and drops it on trouble.

    Both calls raise RedisError or kombu's OperationalError; the next call connects anew.
    """

    def __init__(self, celery: Celery) -> None:
        self._celery = celery
        self._default_queue: str = celery.conf.task_default_queue
        self._connection: Connection | None = None

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._celery.connection_for_write()
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.release()
        self._connection = None

    def waiting(self, queue: str) -> int:
        """How many doorbells of a queue nobody has answered yet."""
        try:
            channel: Any = self._connected().default_channel
            return int(channel.client.llen(bell_name(queue, self._default_queue)))
        except (RedisError, OperationalError):
            self._drop()
            raise

    def ring(self, operation: Operation, queue: str) -> None:
        """Tell a worker of ``queue`` that ``operation`` has work there."""
        try:
            self._celery.send_task(
                operation.task_name,
                queue=CeleryQueue(bell_name(queue, self._default_queue)),  # type: ignore[arg-type] # Celery takes both
                connection=self._connected(),
                ignore_result=True,
                retry=False,
            )
        except (RedisError, OperationalError):
            self._drop()
            raise
