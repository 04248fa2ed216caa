"""Operations, queues and workers fit together: nothing waits for a function that nobody has."""

from collections.abc import Collection

import pytest

from stackroom_jobs.celery_app import Router, UnknownTaskError
from stackroom_jobs.operations import OPERATIONS, Operation
from stackroom_jobs.queues import Queue, celery_name
from worker_cpu.tasks import FUNCTIONS as CPU_FUNCTIONS
from worker_gpu.settings import GpuWorkerSettings
from worker_gpu.tasks import make_functions

# What each worker has functions for, and the queues that its command line reads (Makefile, compose.yaml).
WORKERS: dict[str, tuple[Collection[str], set[Queue]]] = {
    "worker-cpu": (CPU_FUNCTIONS, {Queue.CPU, Queue.DEFAULT}),
    "worker-gpu": (make_functions(GpuWorkerSettings()), {Queue.GPU}),
}
EVERY = pytest.mark.parametrize("operation", OPERATIONS.values(), ids=lambda operation: operation.name)


@EVERY
def test_operation_has_one_function_in_a_worker_of_its_queues(operation: Operation) -> None:
    (queues,) = [queues for functions, queues in WORKERS.values() if operation.name in functions]
    assert set(operation.queues) <= queues


def test_functions_of_workers_are_all_operations() -> None:
    assert {name for functions, _ in WORKERS.values() for name in functions} == set(OPERATIONS)


def test_every_queue_has_exactly_one_kind_of_worker() -> None:
    assert sorted(queue for _, queues in WORKERS.values() for queue in queues) == sorted(Queue)


@EVERY
def test_operation_is_routed_to_its_first_queue(operation: Operation) -> None:
    assert Router("importer")(operation.task_name) == {"queue": celery_name(operation.queues[0], "importer")}


def test_task_names_are_the_ones_in_use() -> None:
    assert {operation.task_name for operation in OPERATIONS.values()} == {
        "app.tasks.importer.normalize_record",
        "app.tasks.importer.process_batch_with_progress",
        "app.tasks.gpu.process_video",
        "app.tasks.importer.load_groups",
        "app.tasks.importer.load_types",
    }


def test_task_that_nobody_knows_is_refused_and_named() -> None:
    with pytest.raises(UnknownTaskError, match=r"'app\.tasks\.typo' has no route"):
        Router("importer")("app.tasks.typo")
