"""Plain Celery tasks of a team's own, sent by blueprints of the importer and computed by the workers that have them.

They go past the ledger: each runs at most once, and may be lost with Redis or a worker. What must not be lost is an
operation.
"""

from importer.plain_tasks.sending import PlainTask, SentTask

__all__ = ["PlainTask", "SentTask"]
