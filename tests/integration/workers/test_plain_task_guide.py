"""What CONTRIBUTING says of plain tasks, done to the letter in a copy of the tree and run with real processes."""

import dataclasses
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
from tests.support.documents.guide import CopiedTree, blocks, section
from tests.support.gateway.process import running_gateway
from tests.support.servers.services import running_service
from tests.support.servers.smtp import MailServer, running_mail_server
from tests.support.stacks.importer import Stack
from tests.support.waiting import wait_until

TITLE = "A plain Celery task"
SECRET = "hunter2-in-the-text"
OVER = {"SUCCESS", "FAILURE", "REVOKED"}

# What goes wrong, each as a task of its own: `@app.task` beside the guide's `@shared_task`.
ODD_TASKS = """
import datetime, os, signal, time
from worker_cpu.app import app

@app.task(name="odd.kinds")
def kinds():
    return {"day": datetime.date(2026, 1, 2), "pair": (1, 2), "bytes": b"x", "not": float("nan")}

@app.task(name="odd.unwritable")
def unwritable():
    return object()

@app.task(name="odd.large")
def large(length):
    return "x" * length

@app.task(name="odd.failing")
def failing(text):
    raise ValueError(text)

@app.task(name="odd.telling", bind=True)
def telling(self, path):
    self.update_state(state="PROGRESS", meta={"current": 3, "total": 12})
    while not os.path.exists(path):
        time.sleep(0.02)
    return self.request.id

@app.task(name="odd.again", bind=True, max_retries=2)
def again(self, path):
    with open(path, "a") as file:
        file.write("x")
    raise self.retry(exc=ValueError("no more"), countdown=1)

@app.task(name="odd.dying")
def dying(path):
    with open(path, "a") as file:
        file.write("x")
    os.kill(os.getpid(), signal.SIGKILL)

@app.task(name="odd.slow", time_limit=1)
def slow():
    time.sleep(60)

@app.task(name="odd.calling")
def calling():
    return {"direct": isinstance(_inner(), tuple), "sent": _inner.apply_async(queue="cpu").id}

@app.task(name="odd.inner")
def _inner():
    return (1, 2)

@app.task(name="odd.short")
def short():
    time.sleep(0.2)
"""
SENDING = """
from flask import Blueprint, request
from importer.plain_tasks import PlainTask

blueprint = Blueprint("odd", __name__, url_prefix="/api/importer")

@blueprint.post("/odd/<name>")
def send(name):
    options = request.get_json()
    queue = options.pop("queue", "default")
    return PlainTask(name, queue).apply_async(**options).answer()
"""


@dataclasses.dataclass(frozen=True)
class Guided:
    url: str
    stack: Stack
    mails: MailServer

    def send(self, name: str, *args: Any, **options: Any) -> str:
        answer = requests.post(f"{self.url}/api/importer/odd/{name}", json={"args": args, **options}, timeout=30)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["task_id"])

    def status(self, task_id: str) -> dict[str, Any]:
        answer = requests.get(f"{self.url}/api/importer/status/{task_id}", timeout=30)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def ended(self, task_id: str) -> dict[str, Any]:
        def status() -> dict[str, Any] | None:
            found = self.status(task_id)
            return found if found["state"] in OVER else None

        try:
            return wait_until(status, 30, "the end of a task") or {}
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.stack.logs()}") from None

    def run(self, name: str, *args: Any, **options: Any) -> dict[str, Any]:
        return self.ended(self.send(name, *args, **options))

    @property
    def log(self) -> str:
        return self.stack.workers[0].log.read_text()


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> CopiedTree:
    copied = CopiedTree(tmp_path_factory.mktemp("tree"))
    assert len(copied.follow(section(TITLE))) == 2
    copied.write("worker-cpu/worker_cpu/tasks/odd.py", ODD_TASKS)
    copied.write("services/importer/importer/blueprints/odd.py", SENDING)
    return copied


@pytest.fixture(scope="module")
def mails() -> Iterator[MailServer]:
    with running_mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def guided(
    run_stack: Callable[..., Stack], tree: CopiedTree, mails: MailServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Guided]:
    stack = run_stack(env={**tree.env, "SMTP_PORT": str(mails.port), "WORKER_NAME": ""})
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    with running_gateway(tmp_path_factory.mktemp("gateway"), nowhere, stack.url, {"MAX_JSON_BYTES": "65536"}) as (
        url,
        _,
    ):
        yield Guided(url, stack, mails)


def results_of(stack: Stack) -> "redis.Redis":
    return redis.Redis.from_url(result_address(BrokerSettings(celery_broker_url=stack.env["CELERY_BROKER_URL"])))


def test_guide_sends_an_email_and_tells_its_end(guided: Guided) -> None:
    (command,) = blocks(section(TITLE), "sh")
    shell = command.replace("localhost:5000", guided.url.removeprefix("http://"))
    printed = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=30, check=True).stdout
    sent = json.loads(printed)
    assert sent == {
        "status": "queued", "task_id": sent["task_id"], "queue": "default",
        "status_url": f"/api/importer/status/{sent['task_id']}",
    }  # fmt: skip
    ended = guided.ended(sent["task_id"])
    assert ended == {
        "task_id": sent["task_id"], "state": "SUCCESS", "result": {"sent_to": "ann@example.org"},
        "meta": {"current": 1, "total": 1, "progress": 100},
    }  # fmt: skip
    assert "Hello" in guided.mails.mails[-1]


def test_guides_task_is_tried_again_as_celery_does(guided: Guided) -> None:
    guided.mails.refusals = 1
    before = len(guided.mails.mails)
    assert guided.run("app.tasks.email.send_email", "bob@example.org", "Again")["state"] == "SUCCESS"
    assert (guided.mails.refusals, len(guided.mails.mails)) == (0, before + 1)


def test_guides_call_refuses_what_is_no_mail(guided: Guided) -> None:
    answer = requests.post(f"{guided.url}/api/importer/emails", json={"to": 7}, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")


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
        ("app.tasks.email.send_email", ["only one"], "TypeError: send_email() missing 1 required positional argument"),
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
    answer = requests.post(f"{guided.url}/api/importer/emails", json={"text": "x" * 70_000}, timeout=30)
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
def test_eager_mode_runs_the_task_in_the_request(  # noqa: PLR0917
    tree: CopiedTree, mails: MailServer, migrated: str, redis_url: str, tmp_path: Path, propagates: bool, stores: bool
) -> None:
    """Without a worker, and without Redis unless results are to be stored."""
    env = {
        **tree.env,
        "SQLALCHEMY_DATABASE_URI": migrated,
        "CELERY_BROKER_URL": redis_url if stores else f"redis://{LOOPBACK}:{free_port()}/0",
        "CELERY_TASK_ALWAYS_EAGER": "1",
        "CELERY_TASK_EAGER_PROPAGATES": str(int(propagates)),
        "CELERY_TASK_STORE_EAGER_RESULT": str(int(stores)),
        "SMTP_PORT": str(mails.port),
    }
    with running_service("importer.wsgi:app", tmp_path, env) as (url, process):
        mail = requests.post(f"{url}/api/importer/emails", json={"to": "a@example.org", "text": "Now"}, timeout=30)
        assert (mail.status_code, mail.json()["state"]) == (202, "SUCCESS")
        assert mail.json()["result"] == {"sent_to": "a@example.org"}
        _check_status(url, mail.json(), stores)
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
