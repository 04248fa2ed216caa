"""A stack with the guide's plain task, and with odd ones beside it that go wrong in one way each."""

import dataclasses
from typing import Any

import requests

from tests.support.documents.guide import CopiedTree, section
from tests.support.servers.processes import ROOT
from tests.support.stacks.importer import Stack
from tests.support.waiting import wait_until

GUIDE = section("A plain task", ROOT / "docs/extending.md")
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

@app.task(name="odd.sending")
def sending(name):
    return str(app.send_task(name, kwargs={}, queue="cpu").get())

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


def follow_guide(tree: CopiedTree) -> None:
    """The two files of the guide, and those of the odd tasks."""
    assert len(tree.follow(GUIDE)) == 2
    tree.write("worker-cpu/worker_cpu/tasks/odd.py", ODD_TASKS)
    tree.write("services/importer/importer/blueprints/odd.py", SENDING)


@dataclasses.dataclass(frozen=True)
class Guided:
    url: str
    stack: Stack

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
