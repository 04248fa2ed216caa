"""``create_worker``: a Celery app whose tasks are the operations that a worker has functions for."""

import importlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from celery import Celery, Task
from celery.apps.worker import Worker

from stackroom_jobs.celery_app import configuration
from stackroom_jobs.operations import OPERATIONS, Operation
from stackroom_jobs.queues import queue_of_routing_key
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.client import WorkerAPI
from stackroom_jobs.worker.context import Context, DeviceLost, Function
from stackroom_jobs.worker.lifecycle import inherited_stop_flag, shorten_exit_of_children
from stackroom_jobs.worker.media import RemoteMedia, TaskPlace
from stackroom_jobs.worker.parent import Parent
from stackroom_jobs.worker.registration import DeviceWatch, NoDevice, inherited_name
from stackroom_jobs.worker.round import Doorbell, Round, time_limit_of
from stackroom_jobs.worker.tasks import compute_bare, keep_data_out_of_logs, modules_in
from stackroom_kit.settings import read_settings

KILOBYTES = 1024  # in a megabyte: Celery counts in them


class SilentWorker(Worker):
    """Celery's worker without messages to other workers, whose number grows with the square of the workers'."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        silent = {"without_gossip": True, "without_mingle": True, "without_heartbeat": True}
        super().__init__(*args, **{**kwargs, **silent})


class WorkerCelery(Celery):
    """A spawned child gets its app by importing ``module`` as its parent did: a pickled app has lost its tasks."""

    module: str | None = None
    task_cls = "stackroom_jobs.worker.tasks:PlainTask"

    def __reduce__(self) -> str | tuple[Any, ...]:
        return (_app_of, (self.module,)) if self.module else super().__reduce__()

    @cached_property
    def Worker(self) -> Any:  # noqa: N802 - the name that Celery's command line asks for
        return self.subclass_with_self(SilentWorker)


def _app_of(module: str) -> Celery:
    app: Celery = importlib.import_module(module).app
    return app


class PoolProcess:
    """What a pool process works with, made at its first task: connections do not survive a fork."""

    def __init__(self, settings: WorkerSettings, functions: Mapping[str, Function]) -> None:
        self.settings = settings
        self.functions = functions

    @cached_property
    def api(self) -> WorkerAPI:
        return WorkerAPI(self.settings)

    def bare_context(self, task_id: str) -> Context:
        """For a task that was called with a record: no chunk, so its pictures go by its own id."""
        flag = inherited_stop_flag()
        return Context(self.settings, {}, flag, RemoteMedia(self.api, TaskPlace(task_id), flag))

    def answer(self, task: "Task[Any, Any]", operation: Operation) -> None:
        """Answer a doorbell until nothing is due, or the round is long enough."""
        delivery_info: Any = task.request.delivery_info
        queue = queue_of_routing_key(delivery_info["routing_key"], self.settings.celery_default_queue)
        limit = time_limit_of(operation, self.settings.celery_task_time_limit)
        bell = Doorbell(str(queue), str(task.request.id), limit)
        Round(self.api, self.settings, self.functions, inherited_name(), inherited_stop_flag(), bell).run()


def _add_task(app: Celery, operation: Operation, process: PoolProcess) -> None:
    function = process.functions[operation.name]
    limit = time_limit_of(operation, process.settings.celery_task_time_limit)

    def run(task: "Task[Any, Any]", *args: Any) -> Any:
        if not args:
            return process.answer(task, operation)
        context = process.bare_context(str(task.request.id))
        try:
            return compute_bare(task, operation, function, context, args)
        except DeviceLost as lost:
            inherited_stop_flag().set(lost.reason)
            raise

    # Not lazy: a lazy task of a spawned child would belong to every app but this one.
    app.task(name=operation.task_name, base=Task, bind=True, time_limit=limit, lazy=False)(run)


def create_worker(
    name: str,
    functions: Mapping[str, Function],
    settings: WorkerSettings | None = None,
    tasks: str | None = None,
    spawn_from: str | None = None,
    device: DeviceWatch | None = None,
) -> Celery:
    """What ``celery -A <module>`` runs. ``functions`` by operation name. SettingsError for a wrong setting.

    ``tasks`` is the package whose modules may hold plain Celery tasks: all are imported when the worker starts.
    Children are forked, which is quick, unless ``spawn_from`` names the module whose ``app`` this is: then each
    child is a new interpreter, for libraries that do not survive a fork (CUDA). ``device`` is what they compute on.
    """
    settings = settings or read_settings(WorkerSettings)
    app = WorkerCelery(name, set_as_current=False)
    app.config_from_object(configuration(settings))
    app.conf.imports = modules_in(tasks) if tasks else ()
    app.module = spawn_from
    app.conf.worker_max_memory_per_child = settings.child_memory_mb * KILOBYTES or None
    app.conf.worker_pool_start_method = "spawn" if spawn_from else "fork"
    process = PoolProcess(settings, functions)
    for operation_name in functions:
        _add_task(app, OPERATIONS[operation_name], process)
    Parent(name, settings, tuple(functions), device or NoDevice()).connect()
    shorten_exit_of_children()
    keep_data_out_of_logs()
    return app
