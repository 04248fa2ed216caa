"""ring: as many doorbells as there is work due, at most the slots that serve it, less those still on the list."""

from sqlalchemy import Engine

from importer.ledger.queues import due_work
from stackroom_jobs.bell import Bells
from stackroom_jobs.operations import OPERATIONS
from stackroom_jobs.queues import Queue


def ring(engine: Engine, bells: Bells) -> bool:
    """Whether anything is due. A doorbell that is lost, doubled or stale does no harm: claims decide."""
    due = due_work(engine)
    waiting: dict[Queue, int] = {}
    for row in due:
        queue = Queue(row.queue)
        if queue not in waiting:
            waiting[queue] = bells.waiting(queue)
        wanted = min(row.chunks, row.slots - waiting[queue])
        for _ in range(wanted):
            bells.ring(OPERATIONS[row.operation], queue)
            waiting[queue] += 1
    return bool(due)
