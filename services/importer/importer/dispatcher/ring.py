"""ring: as many doorbells as there is work due, at most the slots that serve it, less those still on the list."""

from sqlalchemy import Engine

from importer.ledger.queues import due_work
from importer.registry.registry import Registry
from stackroom_jobs.doorbells import Doorbells


def ring(engine: Engine, registry: Registry, bells: Doorbells) -> bool:
    """Whether anything is due. A doorbell that is lost, doubled or stale does no harm: claims decide."""
    due = due_work(engine)
    waiting: dict[str, int] = {}
    for row in due:
        queue, operation = row.queue, registry.get(row.operation)
        if operation is None:
            continue
        if queue not in waiting:
            waiting[queue] = bells.waiting(queue)
        wanted = min(row.chunks, row.slots - waiting[queue])
        for _ in range(wanted):
            bells.ring(operation, queue)
            waiting[queue] += 1
    return bool(due)
