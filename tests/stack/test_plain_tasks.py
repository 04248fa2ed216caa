"""A plain task of a team's own in containers, with what each user of Redis may do."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.stacks.compose import Compose
from tests.support.waiting import wait_until

PACKAGES = "/venv/lib/python3.11/site-packages"
TASK = """
from celery import shared_task

@shared_task(name="app.tasks.greetings.greet", bind=True, max_retries=1)
def greet(self, name):
    if name == "again" and not self.request.retries:
        raise self.retry(countdown=0)
    if name == "nobody":
        raise ValueError("no name")
    return {"greeting": f"Hello, {name}", "runs": self.request.retries + 1}
"""
CALL = """
from flask import Blueprint, request
from importer.plain_tasks import PlainTask

blueprint = Blueprint("greetings", __name__, url_prefix="/api/importer")

@blueprint.post("/greetings/<task>")
def send(task):
    return PlainTask(f"app.tasks.greetings.{task}", "cpu").apply_async(args=[request.get_json()]).answer()
"""


@pytest.fixture(scope="module")
def greeting(stack: Compose, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compose]:
    """The stack with one file more in the importer and one in the worker."""
    folder = tmp_path_factory.mktemp("greetings")
    files = {
        "importer": ("call.py", CALL, f"{PACKAGES}/importer/blueprints/greetings.py"),
        "worker-cpu": ("task.py", TASK, f"{PACKAGES}/worker_cpu/tasks/greetings.py"),
    }
    services = {}
    for service, (name, text, place) in files.items():
        (folder / name).write_text(text)
        services[service] = {"volumes": [f"{folder / name}:{place}:ro"]}
    overlay = folder / "overlay.yaml"
    overlay.write_text(json.dumps({"services": services}))
    Compose(("compose.yaml", str(overlay)), env={"UI_PORT": str(stack.port)}).up()
    yield stack
    stack.up()


def ended(stack: Compose, task_id: str) -> dict[str, Any]:
    def status() -> dict[str, Any] | None:
        answer = stack.call("GET", f"/api/importer/status/{task_id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found if found["state"] in {"SUCCESS", "FAILURE"} else None

    try:
        return wait_until(status, 30, "the end of a task") or {}
    except AssertionError as error:
        raise AssertionError(f"{error}\n{stack('logs', '--tail', '30', 'importer', 'worker-cpu')}") from None


@pytest.mark.parametrize(
    ("task", "name", "told"),
    [
        ("greet", "Ann", {"state": "SUCCESS", "result": {"greeting": "Hello, Ann", "runs": 1}}),
        ("greet", "again", {"state": "SUCCESS", "result": {"greeting": "Hello, again", "runs": 2}}),
        ("greet", "nobody", {"state": "FAILURE", "error": "ValueError: no name"}),
        (
            "part",
            "Ann",
            {"state": "FAILURE", "error": "the worker of its queue has no task app.tasks.greetings.part"},
        ),
    ],
)
def test_task_of_two_files_runs_and_tells_its_end(
    greeting: Compose, task: str, name: str, told: dict[str, Any]
) -> None:
    sent = greeting.call("POST", f"/api/importer/greetings/{task}", json=name)
    assert sent.status_code == 202, sent.text
    found = ended(greeting, sent.json()["task_id"])
    assert {key: found[key] for key in told} == told


def test_bells_ring_beside_tasks(greeting: Compose) -> None:
    assert greeting.wait_finished(greeting.post_rows(1000, "beside-tasks"))["outcomes"]["ok"] == 1000
