"""A task called with a record instead of by a doorbell: it computes and returns, as plain Celery tasks do."""

from collections.abc import Callable
from typing import Any

import msgspec
from celery import Task

from stackroom_jobs.operations import Operation
from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.worker.context import Context
from stackroom_jobs.worker.doorbell import Function

PROGRESS_EVERY = 1000


def _record(operation: Operation, value: Any) -> Any:
    """ValueError for what is no record: Celery stores its text as the task's failure."""
    try:
        return msgspec.convert(value, operation.record)
    except msgspec.ValidationError as error:
        raise ValueError(f"wrong record: {error}") from None


def compute_bare(
    task: "Task[Any, Any]", operation: Operation, function: Function, context: Context, args: tuple[Any, ...]
) -> Any:
    """One record gives its result, a list of them ``{"processed", "failed", "results"}`` with progress states."""
    if len(args) != 1:
        raise ValueError(f"{operation.task_name} takes one record or one list of records")
    if not isinstance(args[0], list):
        return msgspec.to_builtins(function(_record(operation, args[0]), context))
    records = [_record(operation, value) for value in args[0]]
    tell = _teller(task, len(records))
    results = []
    for done, record in enumerate(records):
        tell(done)
        results.append(_result(function, record, context))
    failed = sum("error" in result for result in results)
    return {"processed": len(results), "failed": failed, "results": results}


def _result(function: Function, record: Any, context: Context) -> dict[str, Any]:
    try:
        result: dict[str, Any] = msgspec.to_builtins(function(record, context))
    except RecordError as error:
        return {"id": str(record.id), "error": f"{error.code}: {error.detail}"}
    return result


def _teller(task: "Task[Any, Any]", total: int) -> Callable[[int], None]:
    """Tells progress where a result backend is set to hear it."""
    has_backend = bool(task.app.conf.result_backend)

    def tell(done: int) -> None:
        if has_backend and done % PROGRESS_EVERY == 0:
            meta = {"current": done, "total": total, "progress": 100 * done // total}
            task.update_state(state="PROGRESS", meta=meta)

    return tell
