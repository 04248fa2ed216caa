"""What Celery logs of a task, without the data: no result, no argument, no text of an exception.

Anybody's mail address or password may stand in them. Where an exception came from is told by file and line.
"""

import logging
import traceback
from types import TracebackType
from typing import Any


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
