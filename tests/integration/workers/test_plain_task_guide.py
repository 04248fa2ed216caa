"""What docs/extending.md says of plain tasks, done to the letter in a copy of the tree and run with real processes."""

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
import requests

from deploy.local.ports import LOOPBACK, free_port
from stackroom_jobs.result_address import result_address
from stackroom_jobs.settings import BrokerSettings
from tests.support.documents.guide import CopiedTree, blocks
from tests.support.gateway.process import running_gateway
from tests.support.servers.services import running_service
from tests.support.stacks.importer import Stack
from tests.support.waiting import wait_until
from tests.support.workers.plain_tasks import GUIDE, Guided, follow_guide

SECRET = "hunter2-in-the-text"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> CopiedTree:
    copied = CopiedTree(tmp_path_factory.mktemp("tree"))
    follow_guide(copied)
    return copied


@pytest.fixture(scope="module")
def guided(
    run_stack: Callable[..., Stack], tree: CopiedTree, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Guided]:
    stack = run_stack(env={**tree.env, "WORKER_NAME": ""})
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    with running_gateway(tmp_path_factory.mktemp("gateway"), nowhere, stack.url, {"MAX_JSON_BYTES": "65536"}) as (
        url,
        _,
    ):
        yield Guided(url, stack)


def results_of(stack: Stack) -> "redis.Redis":
    return redis.Redis.from_url(result_address(BrokerSettings(celery_broker_url=stack.env["CELERY_BROKER_URL"])))


def test_guide_sends_a_task_and_tells_its_end(guided: Guided) -> None:
    (command,) = blocks(GUIDE, "sh")
    shell = command.replace("localhost:5000", guided.url.removeprefix("http://"))
    printed = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=30, check=True).stdout
    sent = json.loads(printed)
    status_url = f"/api/importer/status/{sent['task_id']}"
    assert sent == {"status": "queued", "task_id": sent["task_id"], "queue": "default", "status_url": status_url}
    assert guided.ended(sent["task_id"]) == {
        "task_id": sent["task_id"], "state": "SUCCESS", "result": "Hello, Ann",
        "meta": {"current": 1, "total": 1, "progress": 100},
    }  # fmt: skip


def test_progress_is_told_while_the_task_runs(guided: Guided, tmp_path: Path) -> None:
    task_id = guided.send("odd.telling", str(tmp_path / "go"))
    wait_until(lambda: guided.status(task_id)["state"] == "PROGRESS" and guided.status(task_id)["meta"]["current"], 20)
    assert guided.status(task_id)["meta"] == {"current": 3, "total": 12, "progress": 25}
    (tmp_path / "go").touch()
    assert guided.ended(task_id)["result"] == task_id


def test_task_waits_as_pending_for_its_time(guided: Guided) -> None:
    task_id = guided.send("odd.short", countdown=3600)
    assert guided.status(task_id)["state"] == "PENDING"


def test_task_that_came_too_late_is_revoked(guided: Guided) -> None:
    ended = guided.run("odd.short", expires=-1)
    assert (ended["state"], ended["error"]) == ("REVOKED", "TaskRevokedError: expired")


@pytest.mark.parametrize(
    ("name", "args", "error"),
    [
        ("odd.unwritable", [], "BadResultError: the result cannot be written as JSON"),
        ("odd.large", [10_000_000], "BadResultError: the result has 10000002 bytes; at most 1048576 are kept"),
        ("odd.failing", ["no address"], "ValueError: no address"),
        ("odd.failing", [""], "ValueError"),
        ("odd.failing", ["ё" * 2000], "TaskError: ValueError: ё"),
        ("odd.slow", [], "TimeLimitExceeded: 1"),
        ("odd.nobody", [], "the worker of its queue has no task odd.nobody"),
        ("worker_cpu.tasks.greet.greet", [], "TypeError: greet() missing 1 required positional argument: 'name'"),
    ],
)
def test_what_goes_wrong_is_a_failure_with_its_reason(guided: Guided, name: str, args: list[Any], error: str) -> None:
    ended = guided.run(name, *args)
    assert ended["state"] == "FAILURE"
    assert ended["error"].startswith(error), ended
    assert len(ended["error"]) <= 620
    assert "Traceback" not in json.dumps(ended)


def test_result_is_what_json_makes_of_it(guided: Guided) -> None:
    assert guided.run("odd.kinds")["result"] == {"day": "2026-01-02", "pair": [1, 2], "bytes": "eA==", "not": None}
    assert len(guided.run("odd.large", 1_000_000)["result"]) == 1_000_000


def test_task_called_by_another_is_a_function_and_sent_by_it_a_task(guided: Guided) -> None:
    result = guided.run("odd.calling")["result"]
    assert result["direct"] is True
    assert guided.ended(result["sent"])["result"] == [1, 2]


def test_retries_end_with_the_error_of_the_task(guided: Guided, tmp_path: Path) -> None:
    ended = guided.run("odd.again", str(tmp_path / "runs"))
    assert (ended["state"], ended["error"]) == ("FAILURE", "ValueError: no more")
    assert (tmp_path / "runs").read_text() == "xxx"


def test_task_whose_process_dies_runs_once(guided: Guided, tmp_path: Path) -> None:
    ended = guided.run("odd.dying", str(tmp_path / "runs"))
    assert ended["state"] == "FAILURE"
    assert ended["error"].startswith("WorkerLostError")
    assert guided.run("odd.kinds")["state"] == "SUCCESS"
    assert (tmp_path / "runs").read_text() == "x"


@pytest.mark.parametrize("name", ["odd.failing", "odd.nobody"])
def test_log_names_the_task_and_nothing_that_it_was_sent_or_said(guided: Guided, name: str) -> None:
    task_id = guided.send(name, SECRET)
    guided.ended(task_id)
    wait_until(lambda: name in guided.log, 10, "the task in the log")
    assert SECRET not in guided.log
    assert "hunter2" not in guided.stack.parts["importer"].log.read_text()


def test_log_tells_where_a_task_failed(guided: Guided) -> None:
    task_id = guided.send("odd.failing", "x")
    guided.ended(task_id)
    wait_until(lambda: f"Task odd.failing[{task_id}] raised unexpected: ValueError at " in guided.log, 10)
    assert "worker_cpu/tasks/odd.py" in guided.log


def test_id_that_was_never_sent_is_not_there(guided: Guided) -> None:
    for task_id in ("6ec35b4e-5a8a-4c9f-8dd2-9cf0a8d5f2a1", "6EC35B4E-5A8A-4C9F-8DD2-9CF0A8D5F2A1", "x"):
        assert requests.get(f"{guided.url}/api/importer/status/{task_id}", timeout=30).status_code == 404


def test_result_that_is_not_kept_any_more_is_gone(guided: Guided) -> None:
    task_id = guided.send("odd.kinds")
    guided.ended(task_id)
    key = f"stackroom:celery-task-meta-{task_id}"
    with results_of(guided.stack) as results:
        assert 0 < results.ttl(key) <= 3600
        results.delete(key)
    answer = requests.get(f"{guided.url}/api/importer/status/{task_id}", timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (410, "result_gone")


def test_result_that_nobody_can_read_is_a_failure(guided: Guided) -> None:
    task_id = guided.send("odd.short", countdown=3600)
    with results_of(guided.stack) as results:
        results.set(f"stackroom:celery-task-meta-{task_id}", b"\xff{", ex=60)
    assert guided.status(task_id)["error"] == "what is kept of its result cannot be read"


def test_arguments_have_a_limit(guided: Guided) -> None:
    answer = requests.post(f"{guided.url}/api/importer/odd/odd.kinds", json={"args": ["x" * 16384]}, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_gateway_holds_the_limit_of_json_for_a_teams_own_call(guided: Guided) -> None:
    answer = requests.post(f"{guided.url}/api/importer/greetings/Ann", json={"text": "x" * 70_000}, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert "65536" in answer.json()["detail"]


def test_batch_and_plain_tasks_on_one_queue_do_not_wait_for_each_other(guided: Guided) -> None:
    """100 tasks take ten seconds of two slots; a batch sent after them is over long before."""
    worker = guided.stack.workers[0].running
    worker.send(signal.SIGSTOP)
    tasks = [guided.send("odd.short", queue="cpu") for _ in range(100)]
    batch_id = guided.stack.post_rows(10_000)
    worker.send(signal.SIGCONT)
    assert guided.stack.wait_finished(batch_id)["outcomes"]["ok"] == 10_000
    assert guided.status(tasks[-1])["state"] == "PENDING"
    assert guided.ended(tasks[-1])["state"] == "SUCCESS"


@pytest.mark.parametrize(("propagates", "stores"), [(False, True), (True, False)])
def test_eager_mode_runs_the_task_in_the_request(
    tree: CopiedTree, migrated: str, redis_url: str, tmp_path: Path, propagates: bool, stores: bool
) -> None:
    """Without a worker, and without Redis unless results are to be stored."""
    env = {
        **tree.env,
        "SQLALCHEMY_DATABASE_URI": migrated,
        "CELERY_BROKER_URL": redis_url if stores else f"redis://{LOOPBACK}:{free_port()}/0",
        "CELERY_TASK_ALWAYS_EAGER": "1",
        "CELERY_TASK_EAGER_PROPAGATES": str(int(propagates)),
        "CELERY_TASK_STORE_EAGER_RESULT": str(int(stores)),
    }
    with running_service("importer.wsgi:app", tmp_path, env) as (url, process):
        greeted = requests.post(f"{url}/api/importer/greetings/Ann", timeout=30)
        assert (greeted.status_code, greeted.json()["state"]) == (202, "SUCCESS")
        assert greeted.json()["result"] == "Hello, Ann"
        _check_status(url, greeted.json(), stores)
        by_another = requests.post(f"{url}/api/importer/odd/odd.sending", json={"args": ["odd.inner"]}, timeout=30)
        assert by_another.json()["result"] == "[1, 2]"
        failed = requests.post(f"{url}/api/importer/odd/odd.failing", json={"args": [SECRET]}, timeout=30)
        if propagates:
            assert (failed.status_code, failed.json()["code"]) == (500, "eager_failure")
            assert SECRET not in failed.text
        else:
            assert (failed.json()["state"], failed.json()["error"]) == ("FAILURE", f"ValueError: {SECRET}")
            _check_status(url, failed.json(), stores)
        assert SECRET not in process.output()
        nobody = requests.post(f"{url}/api/importer/odd/odd.nobody", json={}, timeout=30)
        assert (nobody.status_code, nobody.json()["code"]) == (422, "no_local_function")


def _check_status(url: str, sent: dict[str, Any], stores: bool) -> None:
    answer = requests.get(url + sent["status_url"], timeout=30)
    if not stores:
        assert (answer.status_code, answer.json()["code"]) == (410, "result_gone")
        return
    told = ("state", "result", "error")
    assert [answer.json().get(name) for name in told] == [sent.get(name) for name in told]
