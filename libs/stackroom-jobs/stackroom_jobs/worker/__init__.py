"""The base of every worker: ``create_worker`` makes a Celery app that answers doorbells of the ledger."""

from stackroom_jobs.worker.app import create_worker
from stackroom_jobs.worker.context import Context, DeviceLost, Stopped

__all__ = ["Context", "DeviceLost", "Stopped", "create_worker"]
