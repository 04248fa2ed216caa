"""An operation in another folder, whose worker has nothing of this repository but two installed wheels."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.servers.processes import Process, stop_all
from tests.support.stacks.importer import Stack
from tests.support.waiting import wait_until
from tests.support.workers.foreign import COUNT_WORDS, ForeignWorker, make_foreign_worker

BATCHES = "/api/importer/batches"
NAME = "my-worker"


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> ForeignWorker:
    return make_foreign_worker(tmp_path_factory.mktemp("foreign"))


@pytest.fixture(scope="module")
def stack(run_stack: Callable[..., Stack]) -> Stack:
    """Without any worker of ours: nothing of it knows the operation."""
    return run_stack(workers=0)


@pytest.fixture
def start(stack: Stack, worker: ForeignWorker, tmp_path: Path) -> Iterator[Callable[[], Process]]:
    started: list[Process] = []

    def start_one() -> Process:
        process = worker.start(stack.env, tmp_path / "worker.log")
        started.append(process)
        process.wait_ready(lambda: NAME in alive(stack) and bool(listed(stack)))
        return process

    yield start_one
    stop_all(started, timeout=25)


def alive(stack: Stack) -> set[str]:
    return {one["name"] for one in stack.get("/api/importer/workers")["items"] if one["alive"]}


def listed(stack: Stack) -> list[dict[str, Any]]:
    """The operation, once the importer has looked."""
    return [one for one in stack.get("/api/importer/operations")["items"] if one["name"] == "count_words"]


def send(stack: Stack, rows: str) -> str:
    path = f"{BATCHES}?operation=count_words"
    status, data = stack.call("POST", path, rows.encode(), Content_Type="text/csv")
    assert status == 202, data
    batch_id: str = json.loads(data)["id"]
    return batch_id


def test_worker_of_another_folder_computes_its_own_operation(stack: Stack, start: Callable[[], Process]) -> None:
    assert stack.call("POST", f"{BATCHES}?operation=count_words", b"id,text\n1,a\n", Content_Type="text/csv")[0] == 422
    start()
    (found,) = listed(stack)
    assert (found["queues"], found["task_name"], found["title"]) == (
        ["words"], "stackroom.count_words", "Count words",
    )  # fmt: skip
    batch_id = send(stack, "id,Words\n1,one two three\nx,wrong\n3,   \n4," + 1001 * "x" + "\n5,five\n")
    assert stack.wait_finished(batch_id)["outcomes"] == {
        "ok": 2, "failed": 1, "refused": 2, "cancelled": 0, "pending": 0,
    }  # fmt: skip
    lines = stack.results(batch_id)
    assert [(line["row"], line["outcome"]) for line in lines] == [
        (1, "ok"), (2, "refused"), (3, "failed"), (4, "refused"), (5, "ok"),
    ]  # fmt: skip
    assert lines[0]["result"] == {"words": 3, "longest": "three"}
    assert (lines[2]["code"], lines[2]["field"]) == ("no_words", "text")


def test_batch_waits_for_a_worker_that_went_and_is_done_when_it_comes_back(
    stack: Stack, start: Callable[[], Process]
) -> None:
    stop_all([start()], timeout=25)
    wait_until(lambda: NAME not in alive(stack), 20, "the worker to be gone")
    batch_id = send(stack, "id,text\n1,a b\n")
    assert stack.batch(batch_id)["state"] == "waiting_for_worker"
    start()
    assert stack.wait_finished(batch_id)["state"] == "done"
    assert stack.results(batch_id)[0]["result"] == {"words": 2, "longest": "a"}


def test_worker_that_brings_a_built_in_name_serves_the_rest(
    stack: Stack, worker: ForeignWorker, start: Callable[[], Process]
) -> None:
    text = COUNT_WORDS.replace("def count_words", "def normalize_record")
    file = worker.write("my_worker/operations/normalize_record.py", text)
    try:
        process = start()
        said = "this worker may not serve normalize_record: "
        wait_until(lambda: said in process.output(), 20, said)
        batch_id = send(stack, "id,text\n1,a b\n")
        assert stack.wait_finished(batch_id)["state"] == "done"
    finally:
        file.unlink()


def test_operation_that_fails_at_import_ends_the_worker_in_one_line(
    stack: Stack, worker: ForeignWorker, tmp_path: Path
) -> None:
    file = worker.write("my_worker/operations/broken.py", "import msgspec\nimport no_such_library\n")
    try:
        process = worker.start(stack.env, tmp_path / "broken.log", "broken")
        assert process.wait(30) != 0
        assert process.output().splitlines() == [f"{file}:2: ModuleNotFoundError: No module named 'no_such_library'"]
    finally:
        file.unlink()


def test_promises_of_the_operation_are_checked_there(worker: ForeignWorker) -> None:
    done = worker.run("-m", "stackroom_jobs.conformance", NAME, "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout
    assert "35 passed" in done.stdout


def test_operation_that_breaks_a_promise_is_named_there(worker: ForeignWorker) -> None:
    text = COUNT_WORDS.replace("def count_words", "def count_calls").replace("Words(len(words)", "Words(next(CALLS)")
    file = worker.write(
        "my_worker/operations/count_calls.py", f"import itertools\n{text}\n\nCALLS = itertools.count()\n"
    )
    try:
        done = worker.run("-m", "stackroom_jobs.conformance", NAME, "-q", "-p", "no:cacheprovider")
    finally:
        file.unlink()
    assert done.returncode == 1
    assert f"{file}:" in done.stdout
    assert "count_calls: it gives two results for one record" in done.stdout
