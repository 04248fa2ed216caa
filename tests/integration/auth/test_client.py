"""The command ``stackroom`` at a server where people sign in: on a pseudo terminal, as somebody uses it."""

import contextlib
import json
import os
import pty
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from stackroom_kit.rights import ROLES
from stackroom_kit.token_form import WORKER_TOKEN
from tests.support.client.command import COMMAND, stackroom
from tests.support.stacks.guarded import GuardedStack
from tests.support.waiting import wait_until

CODE = r"the code ([A-Z]{4}-[A-Z]{4})"


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's settings are empty, and lie here."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("STACKROOM_TOKEN", raising=False)
    return tmp_path / "stackroom" / "tokens.json"


class OnTerminal:
    """``text`` is all that the command has printed to its terminal."""

    def __init__(self, process: "subprocess.Popen[bytes]", terminal: int) -> None:
        self.process, self.text, self._terminal = process, "", terminal
        os.set_blocking(terminal, False)

    def saw(self, pattern: str) -> str:
        """What the first group of it found, or all of it; nothing where it is not there yet."""
        with contextlib.suppress(OSError):  # nothing there, or nobody any more
            self.text += os.read(self._terminal, 65536).decode()
        found = re.search(pattern, self.text)
        return found[found.lastindex or 0] if found else ""


@contextlib.contextmanager
def on_terminal(url: str, *words: str) -> Iterator[OnTerminal]:
    outer, inner = pty.openpty()
    process = subprocess.Popen([*COMMAND, "--url", url, *words], stdin=inner, stdout=inner, stderr=inner)
    os.close(inner)
    try:
        yield OnTerminal(process, outer)
    finally:
        process.kill()
        process.wait()
        os.close(outer)


def decide(stack: GuardedStack, name: str, code: str, **body: Any) -> None:
    answer = stack.sign_in(name).post(f"{stack.url}/api/identity/device/{code}", json=body, timeout=20)
    assert answer.status_code == 200, answer.text


def logged_in(stack: GuardedStack, name: str, **body: Any) -> str:
    """What the terminal showed."""
    with on_terminal(stack.url, "login") as shown:
        code = wait_until(lambda: shown.saw(CODE), 60, "the code")
        decide(stack, name, code, is_allowed=True, **body)
        wait_until(lambda: shown.saw("signed in as .*\n"), 60, "the end")
        assert shown.process.wait(20) == 0
        return shown.text


def kept(config: Path) -> dict[str, str]:
    content: dict[str, str] = json.loads(config.read_text())
    return content


def test_login_whoami_work_and_logout(stack: GuardedStack, config: Path) -> None:
    text = logged_in(stack, "operator")
    assert f"open {stack.url}/device?code=" in text
    assert "signed in as operator (operator)" in text
    token = kept(config)[stack.url]
    assert token not in text
    assert config.stat().st_mode & 0o777 == 0o600
    done = stackroom(stack.url, "whoami")
    assert (done.code, done.out) == (0, "operator (operator): reader, operator\n")
    assert stackroom(stack.url, "queues").code == 0
    done = stackroom(stack.url, "logout")
    assert done.code == 0, done.err
    assert "does not work any more" in done.err
    assert kept(config) == {}
    bearer = {"Authorization": f"Bearer {token}"}
    wait_until(lambda: requests.get(f"{stack.url}/api/identity/me", headers=bearer, timeout=20).status_code == 401, 5)
    done = stackroom(stack.url, "queues")
    assert (done.code, "sign in with stackroom login" in done.err) == (4, True)
    assert "nobody was signed in" in stackroom(stack.url, "logout").err


def test_file_that_others_could_read_is_mended_and_used(stack: GuardedStack, config: Path) -> None:
    logged_in(stack, "reader")
    config.chmod(0o664)
    done = stackroom(stack.url, "whoami")
    assert (done.code, done.out) == (0, "reader (reader): reader\n")
    assert f"others could read {config} (mode 664)" in done.err
    assert config.stat().st_mode & 0o777 == 0o600
    done = stackroom(stack.url, "logout")
    assert (done.code, "others could read" in done.err) == (0, False)


def test_login_that_is_refused_keeps_nothing(stack: GuardedStack, config: Path) -> None:
    with on_terminal(stack.url, "login") as shown:
        code = wait_until(lambda: shown.saw(CODE), 60, "the code")
        decide(stack, "reader", code, is_allowed=False)
        wait_until(lambda: shown.saw("said no"), 60, "the end")
        assert shown.process.wait(20) == 2
    assert not config.exists()


def test_environment_wins(stack: GuardedStack, monkeypatch: pytest.MonkeyPatch) -> None:
    logged_in(stack, "reader")
    monkeypatch.setenv("STACKROOM_TOKEN", stack.token("editor", scopes=["reader", "operator"]))
    assert stackroom(stack.url, "whoami").out == "editor (editor): reader, operator\n"
    for command in ("login", "logout"):
        done = stackroom(stack.url, command)
        assert (done.code, "STACKROOM_TOKEN" in done.err) == (2, True)


def test_token_file_is_taken(stack: GuardedStack, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(stack.token("admin") + "\n")
    done = stackroom(stack.url, "--token-file", str(file), "whoami", "--json")
    assert json.loads(done.out)["name"] == "admin"


def test_missing_rights_are_all_named(stack: GuardedStack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "a.ndjson"
    file.write_text('{"id":1}\n')
    monkeypatch.setenv("STACKROOM_TOKEN", stack.token("editor"))
    done = stackroom(stack.url, "import", str(file))
    assert (done.code, "rights that you do not have: operator. (403 forbidden)" in done.err) == (5, True), done.err
    assert os.environ["STACKROOM_TOKEN"] not in done.err


@pytest.mark.parametrize(("token", "code"), [("sr1_x", "malformed_token"), ("not-one-of-ours", "malformed_token")])
def test_token_that_is_refused_is_said_with_where_it_is_from(
    stack: GuardedStack, monkeypatch: pytest.MonkeyPatch, token: str, code: str
) -> None:
    monkeypatch.setenv("STACKROOM_TOKEN", token)
    done = stackroom(stack.url, "queues")
    assert (done.code, f"(401 {code})" in done.err) == (4, True)
    assert "the token is from STACKROOM_TOKEN" in done.err
    assert token not in done.err


def test_token_of_a_netrc_does_not_take_the_place_of_ours(
    stack: GuardedStack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login a password b\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("STACKROOM_TOKEN", stack.token("reader"))
    assert stackroom(stack.url, "whoami").code == 0


def test_worker_token_is_made_listed_and_taken_back(stack: GuardedStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKROOM_TOKEN", stack.token("admin", scopes=list(ROLES)))
    made = stackroom(stack.url, "worker-tokens", "make", "io-1", "--queue", "io", "--queue", "cpu", "--days", "7")
    assert made.code == 0, made.err
    secret = made.out.strip()
    assert WORKER_TOKEN.key_of(secret)
    again = stackroom(stack.url, "worker-tokens", "make", "io-1")
    assert (again.code, "There is a token of io-1 already" in again.err) == (2, True)
    listed = stackroom(stack.url, "worker-tokens", "list").out
    for words in ("io-1", "cpu, io", "admin", secret[:17]):
        assert words in listed
    assert stackroom(stack.url, "worker-tokens", "revoke", "io-1").code == 0
    gone = stackroom(stack.url, "worker-tokens", "revoke", "io-1")
    assert (gone.code, "io-1 has no token that could be taken back" in gone.err) == (2, True)
    for said in (made.err, again.err, listed, gone.err):
        assert secret not in said


@pytest.mark.parametrize("words", [["list"], ["make", "io-2"], ["revoke", "io-2"]])
def test_worker_tokens_need_an_administrator(
    stack: GuardedStack, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.setenv("STACKROOM_TOKEN", stack.token("editor", scopes=["reader", "operator", "editor"]))
    done = stackroom(stack.url, "worker-tokens", *words)
    assert (done.code, done.out) == (5, "")
    assert "admin" in done.err
