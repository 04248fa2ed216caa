"""How long a pool process that ends waits until its parent has heard everything.

A parent that is told to end forgets the tasks that no child has acknowledged yet, and listens to no child from then
on. A child that begins such a task all the same computes and reports it, and then waits half a minute for a parent
that does not listen: longer than an orchestrator gives the whole worker.
"""

from typing import Any

import billiard.pool
from celery import signals

SECONDS = 3.0  # time enough for a parent that does listen; what the ledger must know, the report has told it


def shorten_last_words() -> None:
    """In every child that is made from now on, forked or spawned."""
    signals.worker_process_init.connect(_shorten, weak=False)


def _shorten(**_: Any) -> None:
    tries = round(SECONDS / billiard.pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_INTERVAL)
    billiard.pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = tries
