"""A queue is a word: it stands in an operation's declaration and in a worker's ``--queues``, and nothing lists them."""

import re
from typing import Annotated

import msgspec

# Keys that Celery has beside the queues in Redis, under the same prefix.
TAKEN_KEYS = frozenset({"unacked", "unacked_index", "unacked_mutex"})
QUEUE_WORD = r"(?!unacked\Z)[a-z][a-z0-9-]{0,30}"
QueueName = Annotated[str, msgspec.Meta(pattern=rf"\A{QUEUE_WORD}\Z")]
DEFAULT_QUEUE = "default"  # what the ledger stores; Redis knows it by CELERY_DEFAULT_QUEUE
BELL_SUFFIX = ".bell"


def check_queue(name: str) -> str:
    """The name again; ValueError for what is no word."""
    if re.fullmatch(QUEUE_WORD, name) is None:
        raise ValueError(f"{name!r} is no name of a queue: a letter, then letters, digits and -, 31 at most, all small")
    return name


def check_is_free(name: str, default_queue: str) -> None:
    """ValueError for a queue whose list in Redis would be that of the default queue."""
    if name == default_queue != DEFAULT_QUEUE:
        raise ValueError(f"the queue {name!r} has the name that CELERY_DEFAULT_QUEUE gives to the default queue")


def celery_name(queue: str, default_queue: str) -> str:
    """The name of a queue's list in Redis: only the default queue has one of its own choosing."""
    return default_queue if queue == DEFAULT_QUEUE else queue


def bell_name(queue: str, default_queue: str) -> str:
    """Doorbells have a list of their own, so that other tasks on the queue never starve the ledger."""
    return celery_name(queue, default_queue) + BELL_SUFFIX


def queue_of_routing_key(routing_key: str, default_queue: str) -> str:
    """The logical queue that a message came by."""
    name = routing_key.removesuffix(BELL_SUFFIX)
    return DEFAULT_QUEUE if name == default_queue else name
