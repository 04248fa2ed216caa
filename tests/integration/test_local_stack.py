"""`make up`: comes up, stays up, comes up again after everything was killed, and says plainly what is in its way."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.support.local_stack import LocalStack
from tests.support.services import is_ready
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[LocalStack]:
    stack = LocalStack(tmp_path)
    yield stack
    stack.command("down").wait(60)


def test_local_stack_keeps_its_data_when_everything_is_killed(stack: LocalStack) -> None:
    first = stack.up()
    created = requests.post(f"{stack.url}/api/groups/", json={"id": 7, "name": "text"}, timeout=30)
    assert created.status_code == 201, created.text
    stack.kill_everything(first)

    second = stack.up()
    assert requests.get(f"{stack.url}/api/groups/7", timeout=30).json()["name"] == "text"
    assert second.stop(signal.SIGINT, timeout=60) == 0
    assert stack.processes() == []


def test_local_stack_starts_again_what_dies_and_stops_from_another_terminal(stack: LocalStack) -> None:
    supervisor = stack.up()
    catalog = stack.pid("catalog")
    os.kill(catalog, signal.SIGKILL)
    wait_until(lambda: stack.pid("catalog") != catalog, 20, "a new catalog")
    wait_until(lambda: is_ready(stack.url, "/api/health/ready"), 30, "a ready stack")

    second = stack.command("up")
    assert second.wait(30) == 1
    assert f"runs already (process {supervisor.pid})" in second.output()

    assert stack.command("down").wait(60) == 0
    assert supervisor.wait(10) == 0
    assert stack.processes() == []


def test_local_stack_clears_away_what_a_killed_supervisor_left(stack: LocalStack) -> None:
    first = stack.up()
    first.send(signal.SIGKILL)
    first.wait(10)
    assert is_ready(stack.url, "/api/health")  # The parts outlive their supervisor.
    second = stack.up()
    assert "was left over from a run that was killed" in second.output()
    assert second.stop(timeout=60) == 0


@pytest.mark.parametrize(("setting", "part"), [("UI_PORT", "ui"), ("CATALOG_URL", "catalog")])
def test_local_stack_names_a_taken_port_and_its_setting(stack: LocalStack, setting: str, part: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        value = str(port) if setting == "UI_PORT" else f"http://127.0.0.1:{port}"
        refused = stack.command("up", {setting: value})
        assert refused.wait(30) == 1
    assert f"port {port} is taken, and {part} needs it: free it or set {setting}" in refused.output()
    assert "Traceback" not in refused.output()
