"""ring: as many doorbells as there is work due, at most the slots that serve it, less those still on the list."""

from sqlalchemy import Engine

from importer.ledger.limits import MAX_EXPIRED, WORKER_ALIVE_SECONDS
from importer.ledger.statements import DUE
from stackroom_jobs.bell import Bells
from stackroom_jobs.operations import OPERATIONS
from stackroom_jobs.queues import Queue


def ring(engine: Engine, bells: Bells) -> bool:
    """Whether anything is due. A doorbell that is lost, doubled or stale does no harm: claims decide."""
    with engine.connect() as connection:
        due = connection.execute(DUE, {"alive": WORKER_ALIVE_SECONDS, "max_expired": MAX_EXPIRED}).all()
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
