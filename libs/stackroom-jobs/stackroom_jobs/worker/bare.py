"""A task called with a record instead of by a doorbell: it computes and returns, as plain Celery tasks do."""

import math
import time
from typing import Any

import msgspec
from celery import Task

from stackroom_jobs.operations import Operation
from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.worker.context import Context
from stackroom_jobs.worker.doorbell import Function

TELL_SECONDS = 1.0


def _record(operation: Operation, value: Any) -> Any:
    """ValueError for what is no record: Celery stores its text as the task's failure."""
    try:
        return msgspec.convert(value, operation.record)
    except msgspec.ValidationError as error:
        raise ValueError(f"wrong record: {error}") from None


def compute_bare(
    task: "Task[Any, Any]", operation: Operation, function: Function, context: Context, args: tuple[Any, ...]
) -> Any:
    """One record gives its result, a list of them ``{"processed", "failed", "results"}``; both with progress states.

    A record tells how far it is where its function does, in frames of a video; a list how many records are done.
    """
    if len(args) != 1:
        raise ValueError(f"{operation.task_name} takes one record or one list of records")
    teller = Teller(task)
    if not isinstance(args[0], list):
        context.tell = teller.tell
        return msgspec.to_builtins(function(_record(operation, args[0]), context))
    records = [_record(operation, value) for value in args[0]]
    results = []
    for done, record in enumerate(records):
        teller.tell(done, len(records))
        results.append(_result(function, record, context))
    failed = sum("error" in result for result in results)
    return {"processed": len(results), "failed": failed, "results": results}


def _result(function: Function, record: Any, context: Context) -> dict[str, Any]:
    try:
        result: dict[str, Any] = msgspec.to_builtins(function(record, context))
    except RecordError as error:
        return {"id": str(record.id), "error": f"{error.code}: {error.detail}"}
    return result


class Teller:
    """Tells progress where a result backend is set to hear it, at once and then each second."""

    def __init__(self, task: "Task[Any, Any]") -> None:
        self._task = task
        self._due = -math.inf if task.app.conf.result_backend else math.inf  # by the monotonic clock

    def tell(self, current: int, total: int) -> None:
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + TELL_SECONDS
        meta = {"current": current, "total": total, "progress": 100 * current // max(total, 1)}
        self._task.update_state(state="PROGRESS", meta=meta)
