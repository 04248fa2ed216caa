"""Every command of ``stackroom`` where people sign in: no token, one that is not taken, no right, no server."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from deploy.local.ports import LOOPBACK, free_port
from stackroom_client.command_line import make_parser
from stackroom_kit.rights import ROLES
from stackroom_kit.token_form import API_TOKEN
from tests.support.client.command import Done, ndjson, stackroom
from tests.support.stacks.guarded import GuardedStack

HERE = {"login", "logout"}  # which need no token, or end one
# By the command: how it is called, and a right that it needs.
COMMANDS = {
    "preview": ("preview {file}", "operator"),
    "import": ("import {file} --operation load_groups", "operator"),
    "upload": ("upload {file}", "operator"),
    "batches": ("batches --mine", "reader"),
    "results": ("results b -o {folder}/results", "reader"),
    "show": ("show b", "reader"),
    "watch": ("watch b", "reader"),
    "cancel": ("cancel b", "operator"),
    "retry": ("retry b --watch", "operator"),
    "undo": ("undo b", "editor"),
    "delete": ("delete b", "reader"),  # it looks at the batch first
    "resources": ("resources", "reader"),
    "operations": ("operations", "reader"),
    "whoami": ("whoami", ""),
    "queues": ("queues", "reader"),
    "workers": ("workers", "reader"),
    "worker-tokens list": ("worker-tokens list", "admin"),
    "worker-tokens make": ("worker-tokens make gpu1", "admin"),
    "worker-tokens revoke": ("worker-tokens revoke gpu1", "admin"),
}
SENT = ("cancelling", "retry of", "undo of", "sending", "making", "whether the server has the batch is not known")


def named(parser: argparse.ArgumentParser, before: str = "") -> Iterator[str]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, one in action.choices.items():
                yield from list(named(one, f"{before}{name} ")) or [f"{before}{name}"]


def test_table_has_every_command() -> None:
    assert set(named(make_parser())) - HERE == set(COMMANDS)


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.delenv("STACKROOM_TOKEN", raising=False)
    return tmp_path / "stackroom" / "tokens.json"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.ndjson"
    path.write_bytes(ndjson(3))
    return path


def token_of(stack: GuardedStack, change: str) -> str:
    """Of an administrator, with all rights; ``change`` is what became of it."""
    token = stack.token("admin", scopes=list(ROLES))
    engine = create_engine(stack.database_uri)
    with engine.begin() as connection:
        given = {"key": API_TOKEN.key_of(token)}
        connection.execute(text(f"UPDATE identity.token SET {change} = now() WHERE key = :key"), given)
    engine.dispose()
    return token


def sentence(done: Done) -> str:
    """The one in which the command ends; before it stands only what it was about to do."""
    *before, said = done.err.removeprefix("stackroom: ").split("\nstackroom: ")
    assert all(line.startswith(SENT) for line in before), done.err
    assert "Traceback" not in done.err
    return said.partition("\n")[0]


def ends(command: str, url: str, file: Path, *more: str) -> Done:
    words = command.format(file=file, folder=file.parent).split()
    done = stackroom(url, *words, "--patience", "0", *more)
    assert done.out == ""
    return done


@pytest.mark.parametrize(
    ("change", "code"),
    [("", "sign_in_needed"), ("expires_at", "token_expired"), ("revoked_at", "token_revoked")],
)
def test_who_is_nobody_is_told_so(stack: GuardedStack, config: Path, file: Path, change: str, code: str) -> None:
    token = token_of(stack, change) if change else ""
    config.parent.mkdir()
    config.write_text(json.dumps({stack.url: token} if token else {}))
    config.chmod(0o600)
    for command, _ in COMMANDS.values():
        done = ends(command, stack.url, file)
        assert (done.code, sentence(done).endswith(f"(401 {code})")) == (4, True), done.err
        assert "stackroom login" in done.err
        assert not token or token not in done.err
    assert ends("logout", stack.url, file).code == 0
    assert not token or json.loads(config.read_text()) == {}


def test_missing_right_is_told_alone(stack: GuardedStack, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without: dict[str, str] = {
        right: stack.token("admin", scopes=[one for one in ROLES if one != right]) for right in ROLES
    }
    for command, right in COMMANDS.values():
        if right:
            monkeypatch.setenv("STACKROOM_TOKEN", without[right])
            done = ends(command, stack.url, file)
            assert (done.code, sentence(done).endswith(f": {right}. (403 forbidden)")) == (5, True), done.err
            assert done.err.count("\n  ") == 1, done.err  # where to see what the token may do
            assert without[right] not in done.err


def test_server_that_is_away_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKROOM_TOKEN", API_TOKEN.new_token())
    url = f"http://{LOOPBACK}:{free_port()}"
    for command, _ in COMMANDS.values():
        done = ends(command, url, file)
        assert (done.code, "given up after 0 s" in sentence(done)) == (3, True), done.err
    monkeypatch.delenv("STACKROOM_TOKEN")
    assert ends("login", url, file).code == 3
