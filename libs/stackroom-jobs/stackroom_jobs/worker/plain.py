"""Plain Celery tasks of a team's own: found in the worker's folder, their results kept small and plain.

Redis holds results beside doorbells, so none may be large: a result or the text of an exception.
"""

import importlib
import pkgutil
from typing import Any

import msgspec
from celery import Task
from celery.exceptions import TaskPredicate

MAX_RESULT_BYTES = 1024 * 1024
MAX_ERROR_CHARACTERS = 500


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
        return plain(result)


def plain(result: Any) -> Any:
    """What JSON makes of a result: a date its text, a tuple a list."""
    try:
        encoded = msgspec.json.encode(result)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadResultError(f"the result cannot be written as JSON: {str(error)[:200]}") from None
    if len(encoded) > MAX_RESULT_BYTES:
        raise BadResultError(f"the result has {len(encoded)} bytes; at most {MAX_RESULT_BYTES} are kept")
    return msgspec.json.decode(encoded)


def modules_in(package: str) -> list[str]:
    """Every module of a package, by its dotted name."""
    found = importlib.import_module(package)
    return sorted(module.name for module in pkgutil.iter_modules(found.__path__, f"{package}."))
