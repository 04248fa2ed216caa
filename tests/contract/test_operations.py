"""Operations, queues and workers fit together: nothing waits for a function that nobody has."""

import importlib

import pytest

from deploy.locks import WORKERS as WORKER_FOLDERS
from stackroom_jobs.celery_app import Router, UnknownTaskError
from stackroom_jobs.operation import Operation
from stackroom_jobs.operations import OPERATIONS
from stackroom_jobs.worker.found import operations_in, package_of
from tests.support.importer.resources import LOADS

APPS = {name: importlib.import_module(f"{package_of(name)}.app").app for name in WORKER_FOLDERS}
# What each worker has functions for, and the queues that it reads.
WORKERS = {name: (operations_in(f"{package_of(name)}.operations"), {*app.reads}) for name, app in APPS.items()}
EVERY = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)


@EVERY
def test_operation_has_one_function_in_a_worker_of_its_queues(operation: Operation) -> None:
    (queues,) = [
        queues for operations, queues in WORKERS.values() if operation.name in {one.name for one in operations}
    ]
    assert set(operation.queues) <= queues


def test_every_worker_reads_the_queues_of_its_operations() -> None:
    assert [
        (name, one.name) for name, (operations, queues) in WORKERS.items() for one in operations
        if not {*one.queues} <= queues
    ] == []  # fmt: skip
    assert WORKERS["worker-cpu"][1] == {"cpu", "default"}


def test_task_of_an_operation_goes_to_its_first_queue() -> None:
    (router,) = APPS["worker-cpu"].conf.task_routes
    found = {one.name: router(one.task_name)["queue"] for one in WORKERS["worker-cpu"][0]}
    assert (found["normalize_record"], found["process_batch_with_progress"]) == ("cpu", "default")


def test_task_names_are_the_ones_in_use() -> None:
    assert {operation.task_name for operation in (*OPERATIONS.values(), *LOADS.values())} == {
        "app.tasks.importer.normalize_record",
        "app.tasks.importer.process_batch_with_progress",
        "app.tasks.gpu.process_video",
        "app.tasks.importer.load_groups",
        "app.tasks.importer.load_types",
        "stackroom.load",
    }


def test_task_that_nobody_knows_is_refused_and_named() -> None:
    with pytest.raises(UnknownTaskError, match=r"'app\.tasks\.typo' has no route"):
        Router()("app.tasks.typo")
