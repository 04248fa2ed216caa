"""Tasks that no doorbell calls: an operation's, called with a record, and plain Celery tasks of a team's own.

Redis holds their results beside doorbells, so none may be large: a result or the text of an exception. None of
their data is logged: anybody's mail address or password may stand in a result, an argument, the text of an exception.
"""

import logging
import math
import time
import traceback
from types import TracebackType
from typing import Any

import msgspec
from celery import Task
from celery.exceptions import TaskPredicate

from stackroom_jobs.context import Context
from stackroom_jobs.operation import Function, Operation
from stackroom_jobs.outcomes import RecordError

MAX_RESULT_BYTES = 1024 * 1024
MAX_ERROR_CHARACTERS = 500
PROGRESS_SECONDS = 1.0


def _record(operation: Operation, value: Any) -> Any:
    """ValueError for what is no record: Celery stores its text as the task's failure."""
    try:
        return msgspec.convert(value, operation.record)
    except msgspec.ValidationError as error:
        raise ValueError(f"wrong record: {error}") from None


def compute_bare(task: "Task[Any, Any]", operation: Operation, context: Context, args: tuple[Any, ...]) -> Any:
    """One record gives its result, a list of them ``{"processed", "failed", "results"}``; both with progress states.

    A record tells how far it is where its function does, in its own unit; a list how many records are done.
    """
    if len(args) != 1:
        raise ValueError(f"{operation.task_name} takes one record or one list of records")
    function, reporter = operation.function_here(), ProgressReporter(task)
    if not isinstance(args[0], list):
        context.tell = reporter.report
        return msgspec.to_builtins(function(_record(operation, args[0]), context))
    records = [_record(operation, value) for value in args[0]]
    results = []
    for done, record in enumerate(records):
        reporter.report(done, len(records))
        results.append(_result(function, record, context))
    failed = sum("error" in result for result in results)
    return {"processed": len(results), "failed": failed, "results": results}


def _result(function: Function, record: Any, context: Context) -> dict[str, Any]:
    try:
        result: dict[str, Any] = msgspec.to_builtins(function(record, context))
    except RecordError as error:
        return {"id": str(getattr(record, "id", "")), "error": f"{error.code}: {error.detail}"}
    return result


class ProgressReporter:
    """Tells progress where a result backend is set to hear it, at once and then each second."""

    def __init__(self, task: "Task[Any, Any]") -> None:
        self._task = task
        self._due = -math.inf if task.app.conf.result_backend else math.inf  # by the monotonic clock

    def report(self, current: int, total: int) -> None:
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + PROGRESS_SECONDS
        meta = {"current": current, "total": total, "progress": 100 * current // max(total, 1)}
        self._task.update_state(state="PROGRESS", meta=meta)


class BadResultError(Exception):
    """The task has run, but what it gave cannot be kept."""


class TaskError(Exception):
    """Stands for an exception whose own text is too long to be kept."""


class PlainTask(Task):  # type: ignore[type-arg]
    """The base of every plain task. Retries, ``autoretry_for`` and the like are Celery's."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """BadResultError where the result is not JSON, or too long: the task has run, and is FAILURE all the same.

        ``run`` and not the base's own call, which would hide the request (its id, its retries) from the task.
        """
        if self.request.called_directly:  # as a function, by code that wants what it gives as it is
            return self.run(*args, **kwargs)
        try:
            result = self.run(*args, **kwargs)
        except TaskPredicate:  # retry, ignore, reject: words to Celery, not faults
            raise
        except Exception as error:
            if len(str(error)) <= MAX_ERROR_CHARACTERS:
                raise
            raise TaskError(f"{type(error).__name__}: {str(error)[:MAX_ERROR_CHARACTERS]}") from error
        return json_value(result)


def json_value(result: Any) -> Any:
    """What JSON makes of a result: a date its text, a tuple a list."""
    try:
        encoded = msgspec.json.encode(result)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadResultError(f"the result cannot be written as JSON: {str(error)[:200]}") from None
    if len(encoded) > MAX_RESULT_BYTES:
        raise BadResultError(f"the result has {len(encoded)} bytes; at most {MAX_RESULT_BYTES} are kept")
    return msgspec.json.decode(encoded)


class _TaskFilter(logging.Filter):
    """For the lines that tell how a task ended."""

    def filter(self, record: logging.LogRecord) -> bool:
        data: Any = record.args
        if isinstance(data, dict) and {"name", "id"} <= data.keys():
            record.msg, record.args = _ended(data, record), ()
        else:
            record.exc_info = None
        return True


class _MessageFilter(logging.Filter):
    """For messages that no task takes: Celery would log all that is in them."""

    def filter(self, record: logging.LogRecord) -> bool:
        if "\nbody" in str(record.msg) or "message body" in str(record.msg):
            record.msg, record.args = _first_line(record), ()
            record.exc_info = None
        return True


def _ended(data: dict[str, Any], record: logging.LogRecord) -> str:
    what = f"Task {data['name']}[{data['id']}]"
    if "runtime" in data:
        return f"{what} succeeded in {data['runtime']:.3f} s"
    told = f"{what} {data.get('description') or 'retry'}"
    kind, _, trace = record.exc_info if isinstance(record.exc_info, tuple) else (None, None, None)
    record.exc_info = None
    return f"{told}: {kind.__name__} at {places(trace)}" if kind else told


def places(trace: TracebackType | None) -> str:
    """Where an exception came from, its own place first."""
    frames = traceback.extract_tb(trace)
    return " < ".join(f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in reversed(frames))


def _first_line(record: logging.LogRecord) -> str:
    args = record.args if isinstance(record.args, tuple) else ()
    subject = f": {args[0]}" if "unregistered" in str(record.msg) and args else ""
    return str(record.msg).partition("\n")[0].partition("%")[0].rstrip(" :") + subject


def keep_data_out_of_logs() -> None:
    """In this process and those forked from it. Safe to call again."""
    for name, kind in (("celery.app.trace", _TaskFilter), ("celery.worker.consumer.consumer", _MessageFilter)):
        logger = logging.getLogger(name)
        if not any(isinstance(one, kind) for one in logger.filters):
            logger.addFilter(kind())
