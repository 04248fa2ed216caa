"""The base of every worker: ``create_worker`` makes a Celery app that answers doorbells of the ledger."""

from stackroom_jobs.worker.app import create_worker

__all__ = ["create_worker"]
