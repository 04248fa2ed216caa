"""The queues, by the resource that their work needs."""

from enum import StrEnum

BELL_SUFFIX = ".bell"


class Queue(StrEnum):
    CPU = "cpu"
    GPU = "gpu"
    DEFAULT = "default"


def celery_name(queue: Queue, default_queue: str) -> str:
    """The name of a queue's list in Redis: only the default queue has one of its own choosing."""
    return default_queue if queue is Queue.DEFAULT else str(queue)


def bell_name(queue: Queue, default_queue: str) -> str:
    """Doorbells have a list of their own, so that other tasks on the queue never starve the ledger."""
    return celery_name(queue, default_queue) + BELL_SUFFIX


def queue_of_routing_key(routing_key: str, default_queue: str) -> Queue:
    """The logical queue that a message came by; ValueError for one that is none of ours."""
    name = routing_key.removesuffix(BELL_SUFFIX)
    return Queue.DEFAULT if name == default_queue else Queue(name)
