"""The Celery app of a process: the same settings for who rings and who answers, each with its reason."""

from collections.abc import Mapping
from typing import Any

from celery import Celery
from celery.app.amqp import AMQP, Queues
from kombu import Queue as CeleryQueue

from stackroom_jobs.queues import check_queue
from stackroom_jobs.result_address import result_address
from stackroom_jobs.settings import BrokerSettings

KEY_PREFIX = "stackroom:"
RESULT_SECONDS = 3600  # how long a result is kept after the task's last word

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
    """``queues`` are those of a worker's own operations; any other task names its queue where it is declared or sent.

    A doorbell names it too.
    """

    def __init__(self, queues: Mapping[str, str] | None = None) -> None:
        self._queues = queues or {}

    def __call__(
        self, name: str, _args: Any = None, _kwargs: Any = None, options: Mapping[str, Any] | None = None, **_: Any
    ) -> dict[str, str] | None:
        """None leaves the message where ``options`` send it, as a retry does, which goes back to its own queue."""
        if name in self._queues:
            return {"queue": self._queues[name]}
        if options and (options.get("queue") or options.get("routing_key")):
            return None
        raise UnknownTaskError(f"the task {name!r} has no route: it is no operation, and names no queue")


class QueuesByWord(Queues):
    """Every word is a queue. One of Redis is a list that is there while something waits on it."""

    def new_missing(self, name: str) -> CeleryQueue:
        """ValueError for what is no word."""
        return CeleryQueue(check_queue(name))


class AMQPByWord(AMQP):
    queues_cls = QueuesByWord


def configuration(settings: BrokerSettings) -> dict[str, Any]:
    default_queue = settings.celery_default_queue
    return {
        **_results(settings),
        "broker_url": settings.celery_broker_url,
        "broker_transport_options": {**TRANSPORT_OPTIONS, "master_name": settings.celery_sentinel_master},
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,  # wait for Redis for ever; the ledger waits as well
        "broker_pool_acquire_timeout": 5,
        "task_serializer": "json",
        "accept_content": ["json"],  # pickle in a message would be code of whoever sent it
        "task_default_queue": default_queue,
        "task_routes": (Router(),),
        "task_acks_late": settings.celery_task_acks_late,
        "worker_prefetch_multiplier": 1,  # nothing waits inside a busy worker
        "task_publish_retry": False,  # the dispatcher is the only one that tries again
        "task_time_limit": settings.celery_task_time_limit,
        "task_always_eager": settings.celery_task_always_eager,
        "task_eager_propagates": settings.celery_task_eager_propagates,
        "task_store_eager_result": settings.celery_task_store_eager_result,
        "worker_eta_task_limit": 1000,  # those that wait for their time wait in the memory of one worker
        "worker_enable_remote_control": False,  # else anybody who writes to Redis could stop every worker
        "worker_send_task_events": False,
        "worker_hijack_root_logger": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,  # let it finish: the ledger fences a copy
        "worker_max_tasks_per_child": 1000,  # against leaks of libraries
    }


def _results(settings: BrokerSettings) -> dict[str, Any]:
    """Only plain tasks and tasks called with a record have results here: those of doorbells are in the ledger."""
    return {
        "result_backend": result_address(settings),
        "result_backend_transport_options": {
            "global_keyprefix": KEY_PREFIX,
            "master_name": settings.celery_sentinel_master,
        },
        "result_serializer": "json",
        "result_expires": RESULT_SECONDS,
        "task_track_started": True,  # so that one that waits can be told from one that runs
        "redis_socket_timeout": TRANSPORT_OPTIONS["socket_timeout"],
        "redis_socket_connect_timeout": TRANSPORT_OPTIONS["socket_connect_timeout"],
        "redis_socket_keepalive": TRANSPORT_OPTIONS["socket_keepalive"],
        "redis_backend_health_check_interval": TRANSPORT_OPTIONS["health_check_interval"],
    }


def make_celery(name: str, settings: BrokerSettings) -> Celery:
    app = Celery(name, set_as_current=False, amqp=AMQPByWord)
    app.config_from_object(configuration(settings))
    return app
