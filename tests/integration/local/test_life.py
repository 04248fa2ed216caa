"""`make up`: stays up, comes up again after it was killed, and says plainly what is in its way."""

import json
import os
import signal
import socket
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import requests

from tests.support.servers.services import is_ready
from tests.support.stacks.local import LocalStack
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(240)


def test_local_stack_starts_again_what_dies(stack: LocalStack) -> None:
    catalog = stack.pid("catalog")
    os.kill(catalog, signal.SIGKILL)
    wait_until(lambda: stack.pid("catalog") != catalog, 20, "a new catalog")
    wait_until(lambda: is_ready(stack.url, "/api/health/ready"), 30, "a ready stack")


def test_local_stack_connects_as_a_role_for_each_service(stack: LocalStack) -> None:
    """Nobody is the superuser but who sets up the roles; no log has a password."""
    secrets = {path.name: path.read_text().strip() for path in (stack.home / "secrets").iterdir()}
    port = json.loads((stack.home / "run" / "postgres.json").read_text())["port"]
    query = """SELECT DISTINCT usename FROM pg_stat_activity
        WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"""
    owner = psycopg2.connect(host="127.0.0.1", port=port, user="postgres", password=secrets["POSTGRES_PASSWORD"])
    with closing(owner), owner.cursor() as cursor:
        cursor.execute(query)
        assert {name for (name,) in cursor.fetchall()} == {"stackroom_catalog", "stackroom_importer"}
    logs = "".join(path.read_text(errors="replace") for path in (stack.home / "log").iterdir())
    assert [name for name, secret in secrets.items() if secret in logs + stack.supervisor.output()] == []


def test_local_stack_logs_no_warning_of_a_library(stack: LocalStack) -> None:
    """Such as gevent's of what was loaded before it, and Celery's of root."""
    logs = "".join(path.read_text(errors="replace") for path in (stack.home / "log").iterdir())
    assert [line for line in logs.splitlines() if "Warning:" in line] == []


def test_local_stack_is_not_started_twice(stack: LocalStack) -> None:
    second = stack.command("up")
    assert second.wait(30) == 1
    assert f"runs already (process {stack.supervisor.pid})" in second.output()


def test_local_stack_comes_up_with_its_data_when_all_but_some_of_it_was_killed(stack: LocalStack) -> None:
    """As a lost machine leaves its servers, and a killed supervisor its parts."""
    left = ["catalog", "importer-dispatcher"]
    created = requests.post(f"{stack.url}/api/groups/", json={"id": 7, "name": "text"}, timeout=30)
    assert created.status_code == 201, created.text
    stack.kill_all_but(left)

    stack.up()
    told = [
        line for line in stack.supervisor.output().splitlines() if line.endswith("from a run that was killed; ended")
    ]
    assert sorted(line.split()[0] for line in told) == left
    assert requests.get(f"{stack.url}/api/groups/7", timeout=30).json()["name"] == "text"
    assert requests.delete(f"{stack.url}/api/groups/7", timeout=30).status_code == 200


@pytest.mark.parametrize(("setting", "part"), [("UI_PORT", "ui"), ("CATALOG_URL", "catalog")])
def test_local_stack_names_a_taken_port_and_its_setting(tmp_path: Path, setting: str, part: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        value = str(port) if setting == "UI_PORT" else f"http://127.0.0.1:{port}"
        refused = LocalStack(tmp_path).command("up", {setting: value})
        assert refused.wait(30) == 1
    assert f"port {port} is taken, and {part} needs it: free it or set {setting}" in refused.output()
    assert "Traceback" not in refused.output()
