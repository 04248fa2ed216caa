"""Batches through real processes: importer, worker API, dispatcher, Celery workers, PostgreSQL and Redis."""

import signal

import psutil
import pytest

from importer.settings import Settings
from stackroom_jobs.celery_app import make_celery
from tests.support.stacks.importer import Stack
from tests.support.stacks.whole import WholeStack
from tests.support.waiting import wait_until


@pytest.fixture
def stack(stack: WholeStack) -> Stack:
    return stack.importer


def test_import_of_many_records_comes_back_complete_and_in_order(stack: Stack) -> None:
    batch_id = stack.post_rows(20_000)
    batch = stack.wait_finished(batch_id)
    assert batch["state"] == "done"
    assert batch["outcomes"]["ok"] == 20_000
    results = stack.results(batch_id)
    assert [line["row"] for line in results] == list(range(1, 20_001))
    assert results[6]["result"] == {
        "id": "7",
        "normalized_payload": "x",
        "original_length": 3,
        "trimmed_length": 1,
    }


def test_import_on_the_default_queue_tells_its_progress_by_status(stack: Stack) -> None:
    batch_id = stack.post_rows(3000, operation="process_batch_with_progress")
    stack.wait_finished(batch_id)
    status = stack.get(f"/api/importer/status/{batch_id}")
    assert status["state"] == "SUCCESS"
    assert status["meta"] == {"current": 3000, "total": 3000, "progress": 100}
    assert status["result"]["processed"] == 3000


def test_import_for_a_queue_without_worker_waits_and_says_so(stack: Stack) -> None:
    batch_id = stack.post_rows(1, operation="process_video")
    assert stack.batch(batch_id)["state"] == "waiting_for_worker"
    stack.call("POST", f"/api/importer/batches/{batch_id}/cancel", b"")


def test_request_id_of_the_client_is_in_the_workers_log(stack: Stack) -> None:
    body = b'{"records": [{"id": 1, "payload": "x"}]}'
    headers = {"Content_Type": "application/json", "X_Request_ID": "trace-me-42"}
    status, _ = stack.call("POST", "/api/importer/batches", body, **headers)
    assert status == 202
    log = stack.workers[0].log
    wait_until(lambda: "request_id=trace-me-42" in log.read_text(), 15, "the request id in the worker's log")


def test_workers_are_registered_with_queues_and_slots(stack: Stack) -> None:
    (worker,) = [worker for worker in stack.get("/api/importer/workers")["items"] if worker["alive"]]
    assert (worker["queues"], worker["slots"]) == (["cpu", "default"], 2)
    queues = {queue["queue"]: queue for queue in stack.get("/api/importer/queues")["items"]}
    assert (queues["cpu"]["workers"], queues["cpu"]["slots"], queues["gpu"]["workers"]) == (1, 2, 0)


def test_task_called_with_a_bare_record_computes_and_returns(stack: Stack, redis_url: str) -> None:
    """What users of the old application do: ``apply_async(args=[record], queue="cpu")``."""
    settings = Settings(celery_broker_url=stack.env["CELERY_BROKER_URL"])
    with make_celery("test", settings) as celery:
        celery.conf.update(result_backend=None)  # this one only sends
        sent = celery.send_task("app.tasks.importer.normalize_record", args=[{"id": 9, "payload": " A "}], queue="cpu")
    path = f"/api/importer/status/{sent.id}"
    wait_until(lambda: stack.call("GET", path)[0] == 200 and stack.get(path)["state"] == "SUCCESS", 15, "the result")
    expected = {"id": "9", "normalized_payload": "a", "original_length": 3, "trimmed_length": 1}
    assert stack.get(path)["result"] == expected
    assert "normalized_payload" not in stack.workers[0].log.read_text()


def test_worker_ends_in_time_when_told_to_and_loses_nothing(stack: Stack) -> None:
    batch_id = stack.post_rows(50_000)
    worker = stack.workers[0]
    worker.running.send(signal.SIGTERM)
    assert worker.running.wait(20) == 0
    worker.start()
    assert stack.wait_finished(batch_id)["outcomes"]["ok"] == 50_000
    assert [line["row"] for line in stack.results(batch_id)] == list(range(1, 50_001))


def test_worker_ends_in_time_when_a_child_starts_a_task_that_its_parent_has_dropped(stack: Stack) -> None:
    """A child too slow to acknowledge a task is no longer listened to; Celery lets it wait half a minute for that."""
    worker = stack.workers[0]
    parent = psutil.Process(worker.running.pid)
    children = parent.children()
    for child in children:
        child.suspend()
    received = worker.log.read_text().count("] received")
    batch_id = stack.post_rows(50_000)
    wait_until(lambda: worker.log.read_text().count("] received") >= received + len(children), 15, "the doorbells")
    before = _threads(parent)
    worker.running.send(signal.SIGTERM)
    wait_until(lambda: _threads(parent) - before, 15, "the thread that Celery starts when it waits for its children")
    for child in children:
        child.resume()
    assert worker.running.wait(15) == 0
    worker.start()
    assert stack.wait_finished(batch_id)["outcomes"]["ok"] == 50_000


def _threads(process: psutil.Process) -> set[int]:
    return {thread.id for thread in process.threads()}
