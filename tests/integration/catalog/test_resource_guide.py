"""What docs/extending.md says of a resource, done to the letter in a copy of the tree, and asked of a real catalog."""

import json
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.resources import RESOURCES
from tests.support.documents.guide import CopiedTree, blocks, section
from tests.support.servers.processes import ROOT, environment
from tests.support.servers.services import running_service

GUIDE = section("A resource", ROOT / "docs/extending.md")
COMMANDS = [line for block in blocks(GUIDE, "sh") for line in block.splitlines() if line.startswith("make ")]
SENT = [line for block in blocks(GUIDE, "sh") for line in block.splitlines() if line.startswith("curl ")]
MIGRATION = "services/catalog/catalog/migrations/versions/0002_shelves.py"


def run(tree: CopiedTree, *words: str) -> subprocess.CompletedProcess[str]:
    """A module of the copy."""
    path = f"{tree.path}:{tree.env['PYTHONPATH']}"
    return subprocess.run(
        [sys.executable, "-m", *words], cwd=tree.path, env=environment({"PYTHONPATH": path}), capture_output=True,
        text=True, check=False,
    )  # fmt: skip


def make(tree: CopiedTree, command: str) -> subprocess.CompletedProcess[str]:
    """As the Makefile's recipe does, but for the environment."""
    _, target, *options = shlex.split(command)
    return run(tree, "deploy.scaffold", target.removeprefix("new-"), *[f"--{option}" for option in options])


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> CopiedTree:
    """The commands and the files in the order of the guide."""
    if [one.name for one in RESOURCES] != ["groups", "types"]:
        pytest.skip("the guide begins with groups and types alone, and this register has more")
    copied = CopiedTree(tmp_path_factory.mktemp("tree"))
    shutil.copytree(ROOT / "deploy", copied.path / "deploy")
    shutil.copy(ROOT / "pyproject.toml", copied.path)
    first, second = COMMANDS
    assert make(copied, first).stdout.startswith("services/catalog/catalog/resources/shelves.py\n")
    for block in blocks(GUIDE, "python"):
        name = block.splitlines()[0].removeprefix("# ")
        assert (copied.path / name).is_file(), f"{name} was not made by any command"
        (copied.path / name).write_text(block.partition("\n")[2], encoding="utf-8")
    done = make(copied, second)
    assert (done.returncode, done.stdout) == (0, f"{MIGRATION}\n"), done.stderr
    return copied


def test_every_file_of_the_guide_passes_the_linter(tree: CopiedTree) -> None:
    for words in (["check"], ["format", "--check"]):
        done = run(tree, "ruff", *words, "--no-cache", "services/catalog")
        assert done.returncode == 0, done.stdout + done.stderr


def test_what_was_made_is_not_made_again(tree: CopiedTree) -> None:
    first, second = (make(tree, command) for command in COMMANDS)
    assert (first.returncode, second.returncode) == (2, 2)
    assert first.stderr == "/api/shelves is there already, so nothing was written\n"
    assert second.stderr == (
        "no table differs from what the migrations make; RESOURCES has groups, types, shelves\n"
    )  # fmt: skip


@pytest.fixture(scope="module")
def catalog(
    tree: CopiedTree, make_migrated: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """On a database that the version before has migrated."""
    settings = {**tree.env, "SQLALCHEMY_DATABASE_URI": make_migrated()}
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-m", "catalog.migrate"], cwd=tree.path, env=environment(settings), capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    with running_service("catalog.wsgi:app", tmp_path_factory.mktemp("catalog"), settings) as (url, _):
        yield url


def test_lines_of_the_guide_work_as_they_stand(catalog: str, tmp_path: Path) -> None:
    answers: list[Any] = []
    for line in SENT:
        words = shlex.split(line.replace("localhost:5000", catalog))
        answers.append(json.loads(subprocess.run(words, capture_output=True, check=True, timeout=30).stdout))
    group, shelf, many, listed = answers
    assert group == {"id": 1, "name": "Books", "comment": None}
    assert shelf == {
        "id": 1, "label": "A 1", "group_id": 1, "opened_on": "2026-12-31", "is_open": True, "height": "12.50",
        "group_name": "Books",
    }  # fmt: skip
    assert [one.get("code", one["outcome"]) for one in many["outcomes"]] == ["created", "not_unique"]
    assert (listed["total"], listed["items"][1]) == (2, shelf)
