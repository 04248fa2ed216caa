"""``create_worker``: a Celery app whose tasks are the operations that a worker's folder holds."""

import importlib
import warnings
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from celery import Celery, Task
from celery.apps.worker import Worker
from celery.exceptions import SecurityWarning

from stackroom_jobs.celery_app import Router, configuration
from stackroom_jobs.context import Context, DeviceLost
from stackroom_jobs.description import LOAD, OLDER_LOADS
from stackroom_jobs.operation import Operation, OperationError
from stackroom_jobs.queues import celery_name, queue_of_routing_key
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.client import WorkerAPI
from stackroom_jobs.worker.found import by_name, modules_in, operations_in, package_of
from stackroom_jobs.worker.lifecycle import inherited_stop_flag, shorten_exit_of_children
from stackroom_jobs.worker.media import RemoteMedia, TaskPlace
from stackroom_jobs.worker.parent import Parent
from stackroom_jobs.worker.registration import DeviceWatch, NoDevice, inherited_name
from stackroom_jobs.worker.round import Doorbell, Round, time_limit_of
from stackroom_jobs.worker.tasks import compute_bare, keep_data_out_of_logs
from stackroom_kit.settings import exit_where_settings_are_wrong, read_settings

KILOBYTES = 1024  # in a megabyte: Celery counts in them


class SilentWorker(Worker):
    """Celery's worker without messages to other workers, whose number grows with the square of the workers'."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        silent = {"without_gossip": True, "without_mingle": True, "without_heartbeat": True}
        super().__init__(*args, **{**kwargs, **silent})

    def on_before_init(self, quiet: bool = False, **kwargs: Any) -> None:
        """Celery warns root of messages that carry code; ours are JSON, and `make up` works for root too."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)
            super().on_before_init(quiet, **kwargs)

    def setup_queues(self, include: Any, exclude: Any = None) -> None:
        """Without ``--queues`` those that ``create_worker`` says; one line for what is no queue."""
        try:
            super().setup_queues(include or self.app.reads, exclude)
        except ValueError as error:
            raise SystemExit(f"--queues: {error}") from None


class WorkerCelery(Celery):
    """A spawned child gets its app by importing ``module`` as its parent did: a pickled app has lost its tasks."""

    module: str | None = None
    reads: tuple[str, ...] = ()  # queues by Celery's names
    amqp_cls = "stackroom_jobs.celery_app:AMQPByWord"
    task_cls = "stackroom_jobs.worker.tasks:PlainTask"

    def send_task(  # type: ignore[override] # Celery's other options have names too
        self, name: str, args: Any = None, kwargs: Any = None, **options: Any
    ) -> Any:
        """In eager mode it runs here, as ``apply_async`` of a task does; NotRegistered for one of another worker.

        Celery's own would send it all the same, to a Redis that need not be there.
        """
        if not self.conf.task_always_eager:
            return super().send_task(name, args, kwargs, **options)
        return self.tasks[name].apply(args, kwargs, task_id=options.get("task_id"))

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

    def __init__(self, settings: WorkerSettings, operations: Mapping[str, Operation]) -> None:
        self.settings = settings
        self.operations = operations

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
        bell = Doorbell(queue, str(task.request.id), limit)
        Round(self.api, self.settings, self.operations, inherited_name(), inherited_stop_flag(), bell).run()


def _add_task(app: Celery, operation: Operation, process: PoolProcess) -> None:
    limit = time_limit_of(operation, process.settings.celery_task_time_limit)

    def run(task: "Task[Any, Any]", *args: Any) -> Any:
        if not args:
            return process.answer(task, operation)
        context = process.bare_context(str(task.request.id))
        try:
            return compute_bare(task, operation, context, args)
        except DeviceLost as lost:
            inherited_stop_flag().set(lost.reason)
            raise

    for name in task_names(operation):
        # Neither shared nor lazy: a shared task belongs to every app of the process, a lazy one of a spawned child to
        # every app but this one.
        app.task(name=name, base=Task, bind=True, time_limit=limit, shared=False, lazy=False)(run)


def _found(package: str, operations: Iterable[Operation] | None) -> Mapping[str, Operation]:
    """A worker that lacks an operation does not start: whoever put it there is to see it."""
    try:
        return by_name(operations_in(f"{package}.operations") if operations is None else operations)
    except OperationError as error:
        raise SystemExit(str(error)) from error


def _queues(found: Iterable[Operation], said: Iterable[str] | None, default_queue: str) -> tuple[str, ...]:
    queues = {queue for one in found for queue in one.queues} if said is None else set(said)
    return tuple(celery_name(queue, default_queue) for queue in sorted(queues))


def task_names(operation: Operation) -> tuple[str, ...]:
    """The doorbells of loads that workers of contract 3 know ring for ``load`` too."""
    return (operation.task_name, *(OLDER_LOADS if operation.name == LOAD else ()))


def create_worker(
    name: str,
    settings: WorkerSettings | None = None,
    operations: Iterable[Operation] | None = None,
    queues: Iterable[str] | None = None,
    spawn_from: str | None = None,
    device: DeviceWatch | None = None,
) -> Celery:
    """What ``celery -A <module>`` runs; an end in one line for a wrong setting or operation.

    Those in the folder ``operations`` of the worker's package, unless ``operations`` names them. The modules of its
    folder ``tasks`` may hold plain Celery tasks: all are imported when the worker starts. It reads ``queues``, else
    those of its operations, unless ``--queues`` says others.
    Children are forked, which is quick, unless ``spawn_from`` names the module whose ``app`` this is: then each
    child is a new interpreter, for libraries that do not survive a fork (CUDA). ``device`` is what they compute on.
    """
    with exit_where_settings_are_wrong():
        settings = settings or read_settings(WorkerSettings)
    package = package_of(name)
    found = _found(package, operations)
    app = WorkerCelery(name, set_as_current=False)
    app.config_from_object(configuration(settings))
    default_queue = settings.celery_default_queue
    app.conf.task_routes = (
        Router({task: celery_name(one.queues[0], default_queue) for one in found.values() for task in task_names(one)}),
    )
    app.conf.imports = modules_in(f"{package}.tasks")
    app.module = spawn_from
    app.reads = _queues(found.values(), queues, default_queue)
    app.conf.worker_max_memory_per_child = settings.child_memory_mb * KILOBYTES or None
    app.conf.worker_pool_start_method = "spawn" if spawn_from else "fork"
    process = PoolProcess(settings, found)
    for one in found.values():
        _add_task(app, one, process)
    Parent(name, settings, tuple(found.values()), device or NoDevice()).connect()
    shorten_exit_of_children()
    keep_data_out_of_logs()
    return app
