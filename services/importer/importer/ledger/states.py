"""The words of the ledger's states. Statements have them as text; a test compares every word there with these."""

from enum import StrEnum


class ChunkState(StrEnum):
    READY = "ready"
    LEASED = "leased"  # `due_at` is the end of the lease then
    APPLYING = "applying"  # computed, and the catalog is to be loaded with it
    DONE = "done"
    CANCELLED = "cancelled"


class BatchState(StrEnum):
    """Made of the states of its chunks, in the statement that counts them."""

    QUEUED = "queued"
    WAITING_FOR_WORKER = "waiting_for_worker"
    RUNNING = "running"
    CANCELLED = "cancelled"
    DONE = "done"
    DONE_WITH_ERRORS = "done_with_errors"


FINAL_STATES = frozenset({BatchState.CANCELLED, BatchState.DONE, BatchState.DONE_WITH_ERRORS})


class WorkerState(StrEnum):
    HEALTHY = "healthy"
    UNHEALTHY = "unhealthy"
    REFUSED = "refused"
    GONE = "gone"  # healthy, and not heard of lately
