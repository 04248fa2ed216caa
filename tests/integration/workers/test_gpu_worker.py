"""The processes of a GPU worker: its parent knows no torch; its child has one GPU, and goes when it has grown."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.stacks.gpu import WITHOUT_GPU, add_gpu_worker, results_of, start_live, worker_of
from tests.support.stacks.importer import Part, Stack

LIBRARIES = ("libtorch", "libcuda", "libcudart", "libnvidia")
GPUS = [{"uuid": "GPU-aaaa", "model": "NVIDIA A10"}, {"uuid": "GPU-bbbb", "model": "NVIDIA H100"}]


@pytest.fixture(scope="module")
def witness(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every process of the stack that imports torch writes its number here."""
    return tmp_path_factory.mktemp("witness") / "imported-torch"


@pytest.fixture(scope="module")
def stack(run_stack: Callable[..., Stack], witness: Path) -> Stack:
    gpus = witness.parent / "gpus.json"
    gpus.write_text(json.dumps(GPUS))
    env = {**WITHOUT_GPU, "TORCH_WITNESS": str(witness), "STUB_GPUS": str(gpus), "STUB_CUDA": "12.8"}
    return run_stack(workers=0, env=env)


@pytest.fixture
def run(stack: Stack) -> Iterator[Callable[..., Part]]:
    """Starts one worker. It is told to end with the test, and is gone from the register at once."""
    parts: list[Part] = []

    def start(name: str, **options: str) -> Part:
        parts.append(add_gpu_worker(stack, name, **options))
        start_live(stack, parts[-1])
        return parts[-1]

    yield start
    for part in parts:
        assert part.running.stop() == 0
        assert worker_of(stack, part.name) == {}


def importers_of_torch(witness: Path) -> set[int]:
    return set(map(int, witness.read_text().split())) if witness.exists() else set()


def family(part: Part) -> set[int]:
    process = psutil.Process(part.running.pid)
    return {process.pid, *(child.pid for child in process.children(recursive=True))}


def test_child_of_a_worker_on_the_processor_sees_no_gpu_and_alone_imports_torch(
    stack: Stack, run: Callable[..., Part], witness: Path
) -> None:
    witness.unlink(missing_ok=True)
    worker = run("cpu-0", DEVICE="cpu")
    (result,) = results_of(stack, stack.post_rows(1, operation="process_video", payload="torch"))
    assert importers_of_torch(witness) == {result["pid"]}
    assert result["pid"] in family(worker) - {worker.running.pid}
    assert (result["visible"], result["device"]) == ("", "cpu")
    assert worker_of(stack, "cpu-0")["device"]["kind"] == "cpu"


def test_worker_as_it_is_shipped_imports_no_torch_in_its_parent(
    stack: Stack, run: Callable[..., Part], witness: Path
) -> None:
    """Neither by its modules nor for what it tells of its device."""
    witness.unlink(missing_ok=True)
    worker = run("shipped-0", module="worker_gpu.app")
    stack.wait_finished(stack.post_rows(1, operation="process_video", payload="missing.mp4"))
    assert worker.running.pid not in importers_of_torch(witness)
    maps = Path(f"/proc/{worker.running.pid}/maps").read_text()
    assert [name for name in LIBRARIES if name in maps] == []


def test_child_sees_the_one_gpu_that_its_worker_was_given(stack: Stack, run: Callable[..., Part]) -> None:
    """NVML and torch are stubs here; the processes and their environment are real."""
    run("pinned-1", DEVICE="cuda:1")
    (result,) = results_of(stack, stack.post_rows(1, operation="process_video"))
    assert (result["visible"], result["device"]) == ("GPU-bbbb", "cuda:0")
    device = worker_of(stack, "pinned-1")["device"]
    assert (device["kind"], device["model"], device["uuid"]) == ("cuda", "NVIDIA H100", "GPU-bbbb")
    assert (device["memory_total"], device["driver"], device["cuda"]) == (80 << 30, "570.86.15", "12.8")


def test_child_that_has_grown_is_replaced_after_its_task_and_loses_nothing(
    stack: Stack, run: Callable[..., Part]
) -> None:
    """Each record takes 64 MB for good; the limit is reached by the second task at the latest."""
    worker = run("grow-0", CHILD_MEMORY_MB="150")
    pids = []
    for _ in range(3):
        batch_id = stack.post_rows(2, operation="process_video", payload="grow")
        pids += [line["pid"] for line in results_of(stack, batch_id)]
    assert len(pids) == 6
    assert len(set(pids)) >= 2
    assert not psutil.pid_exists(pids[0])
    assert worker.running.is_running()


def test_worker_of_another_contract_says_so_and_ends(stack: Stack) -> None:
    part = add_gpu_worker(stack, "future-0", module="tests.support.workers.future_worker")
    part.start()
    assert part.running.wait(40) == 1
    assert "this worker cannot work here: The worker speaks contract 99" in part.running.output()
    assert worker_of(stack, "future-0")["state"] == "refused"
    assert "refused: The worker speaks contract 99" in stack.parts["worker-api"].running.output()
