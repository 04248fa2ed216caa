"""The Celery app of a process: the same settings for who rings and who answers, each with its reason."""

from collections.abc import Mapping
from typing import Any

from celery import Celery
from kombu import Queue as CeleryQueue

from stackroom_jobs.operations import OPERATIONS
from stackroom_jobs.queues import Queue, bell_name, celery_name
from stackroom_jobs.settings import BrokerSettings

KEY_PREFIX = "stackroom:"

TRANSPORT_OPTIONS = {
    "ack_emulation": False,  # else one failed acknowledgement can leave a live worker consuming nothing for ever
    "global_keyprefix": KEY_PREFIX,  # lets the access list of Redis be narrow
    "priority_steps": [0],  # one list per queue, so its length is the whole truth
    "socket_timeout": 3,  # a hung Redis must not hang a publisher
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 3,  # finds a half-open connection in seconds
}


class UnknownTaskError(LookupError):
    """A task without a route would land silently on the default queue, so sending it is refused."""


class Router:
    """Operations go to their own queue; ``plain`` routes a team's own tasks, one entry each."""

    def __init__(self, default_queue: str, plain: Mapping[str, Queue]) -> None:
        routes = {operation.task_name: operation.queues[0] for operation in OPERATIONS.values()} | dict(plain)
        self._names = {task: celery_name(queue, default_queue) for task, queue in routes.items()}

    def __call__(self, name: str, *_: Any, **__: Any) -> dict[str, str]:
        if name not in self._names:
            raise UnknownTaskError(f"the task {name!r} has no route: add it to the operations or to the plain routes")
        return {"queue": self._names[name]}


def _queues(default_queue: str) -> list[CeleryQueue]:
    names = [name(queue, default_queue) for queue in Queue for name in (celery_name, bell_name)]
    return [CeleryQueue(name) for name in names]


def configuration(settings: BrokerSettings, plain_routes: Mapping[str, Queue]) -> dict[str, Any]:
    default_queue = settings.celery_default_queue
    return {
        "broker_url": settings.celery_broker_url,
        "broker_transport_options": {**TRANSPORT_OPTIONS, "master_name": settings.celery_sentinel_master},
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # wait for Redis for ever; the ledger waits as well
        "broker_pool_acquire_timeout": 5,
        "result_backend": settings.celery_result_backend,
        "task_serializer": "json",
        "result_serializer": "json",
        "accept_content": ["json"],  # pickle in a message would be code of whoever sent it
        "task_queues": _queues(default_queue),
        "task_default_queue": default_queue,
        "task_create_missing_queues": False,  # a typo must not make a queue that nobody reads
        "task_routes": (Router(default_queue, plain_routes),),
        "task_acks_late": settings.celery_task_acks_late,
        "worker_prefetch_multiplier": 1,  # nothing waits inside a busy worker
        "task_publish_retry": False,  # the dispatcher is the only one that tries again
        "task_time_limit": settings.celery_task_time_limit,
        "task_always_eager": settings.celery_task_always_eager,
        "task_eager_propagates": settings.celery_task_eager_propagates,
        "task_store_eager_result": settings.celery_task_store_eager_result,
        "worker_enable_remote_control": False,  # else anybody who writes to Redis could stop every worker
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,  # let it finish: the ledger fences a copy
        "worker_max_tasks_per_child": 1000,  # against leaks of libraries
    }


def make_celery(name: str, settings: BrokerSettings, plain_routes: Mapping[str, Queue] | None = None) -> Celery:
    app = Celery(name, set_as_current=False)
    app.config_from_object(configuration(settings, plain_routes or {}))
    return app
