"""`make up AUTH=on`: the first administrator by the link that it prints, and the command for who is locked out."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator

import pytest
import requests

from deploy.local.ports import free_port
from tests.support.servers.processes import ROOT, environment, python
from tests.support.stacks.local import LocalStack

LINK = re.compile(r"(http://\S+)/set-up#(\S+)")
PASSWORD, NEW = "correct horse battery", "a staple for every battery"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    stack = LocalStack(tmp_path_factory.mktemp("guarded"))
    stack.env |= {"AUTH": "on", "WORKERS": "worker-cpu", "IDENTITY_URL": f"http://127.0.0.1:{free_port()}"}
    stack.up()
    yield stack
    if stack.supervisor.is_running():
        stack.supervisor.stop(signal.SIGINT, timeout=60)


def admin(stack: LocalStack, *words: str, typed: str = "") -> tuple[int, str]:
    command = python("-m", "deploy.local", "admin", "--home", str(stack.home), "--env-file", os.devnull, *words)
    done = subprocess.run(
        command,
        env=environment(stack.env),
        cwd=ROOT,
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def sign_in(stack: LocalStack, password: str) -> int:
    body = {"name": "root", "password": password}
    return requests.post(f"{stack.url}/api/identity/session", json=body, timeout=20).status_code


def test_first_administrator_comes_in_by_the_link_that_is_printed(stack: LocalStack) -> None:
    found = LINK.search(stack.supervisor.output())
    assert found
    assert found[1] == stack.url
    body = {"link": found[2], "name": "root", "password": PASSWORD}
    assert requests.post(f"{stack.url}/api/identity/set-up", json=body, timeout=20).status_code == 201
    assert requests.get(f"{stack.url}/api/groups/", timeout=20).status_code == 401
    logs = "".join(path.read_text(errors="replace") for path in (stack.home / "log").iterdir())
    assert found[2] not in logs


def test_who_is_locked_out_gets_a_password_from_the_command(stack: LocalStack) -> None:
    assert admin(stack, "users") == (0, "root\tadmin\tmay sign in\n")
    assert admin(stack, "reset-password", "root", typed=f"{NEW}\n")[0] == 0
    assert (sign_in(stack, PASSWORD), sign_in(stack, NEW)) == (401, 200)
    status, link = admin(stack, "add-user", "ann", "--role", "reader", "--link")
    assert (status, link.startswith(f"{stack.url}/choose-password#")) == (0, True)
    status, told = admin(stack, "--help")
    assert (status, "reset-password" in told) == (0, True)
    assert admin(stack, "set-up") == (0, "there is an administrator already, who makes all other users\n")


def test_demo_says_that_it_needs_a_token(stack: LocalStack) -> None:
    demo = stack.command("demo")
    assert demo.wait(60) == 1
    assert f"STACKROOM_TOKEN=<a token of an editor, from the page {stack.url}/account> make demo" in demo.output()


def test_command_says_where_no_stack_runs(tmp_path_factory: pytest.TempPathFactory) -> None:
    status, said = admin(LocalStack(tmp_path_factory.mktemp("nowhere")), "users")
    assert (status, said) == (1, "no stack runs here whose users these could be: `make up AUTH=on` starts it\n")


def test_ctrl_c_ends_everything(stack: LocalStack) -> None:
    """Last, so that no other test needs a start for it."""
    assert stack.supervisor.stop(signal.SIGINT, timeout=60) == 0
    assert stack.processes() == []
