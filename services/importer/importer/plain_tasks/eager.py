"""Eager mode: a plain task runs in the request, by the code of whichever worker is installed beside the importer."""

import importlib
import importlib.util
import logging
import pkgutil
from collections.abc import Iterator
from typing import Any

from celery import Celery, Task

from importer.plain_tasks.outcome import failure_text
from importer.problems import EAGER_FAILURE, NO_LOCAL_FUNCTION
from importer.settings import Settings
from stackroom_jobs.worker.tasks import places

WORKER_PREFIX = "worker_"
logger = logging.getLogger(__name__)


def run_now(settings: Settings, name: str, task_id: str, args: list[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Its ``state`` with ``result`` or ``error``. An exception is a 500, or a FAILURE, by the setting. Problem 422."""
    propagates = settings.celery_task_eager_propagates
    task = _task(name)
    try:
        done = task.apply(tuple(args), kwargs, task_id=task_id, throw=propagates)
    except Exception as error:  # noqa: BLE001 - the task's own, whatever it is; its text may be anybody's secret
        logger.error("task %s[%s] failed: %s at %s", name, task_id, type(error).__name__, places(error.__traceback__))
        raise EAGER_FAILURE(f"The task failed: {type(error).__name__}.") from None
    if done.state == "SUCCESS":
        return {"state": "SUCCESS", "result": done.result}
    return {"state": done.state, "error": failure_text(type(done.result).__name__, str(done.result))}


def _task(name: str) -> "Task[Any, Any]":
    """422 for a task that no worker here has."""
    for app in _workers():
        app.loader.import_default_modules()
        if name in app.tasks:
            return app.tasks[name]
    raise NO_LOCAL_FUNCTION(f"No worker that is installed here has the task {name}.")


def _workers() -> Iterator[Celery]:
    """The apps of all installed packages of workers, in the order of their names."""
    names = sorted(module.name for module in pkgutil.iter_modules() if module.name.startswith(WORKER_PREFIX))
    for name in names:
        if importlib.util.find_spec(f"{name}.app"):
            app: Celery = importlib.import_module(f"{name}.app").app
            yield app
