"""What docs/extending.md says of operations and queues, done to the letter in a copy of the tree."""

import json
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from deploy.scaffold.__main__ import main as scaffold
from tests.support.documents.guide import CopiedTree, blocks, section
from tests.support.servers.processes import ROOT, Process, environment, python, stop_all
from tests.support.stacks.importer import Stack
from tests.support.waiting import wait_until

PAGE = ROOT / "docs/extending.md"
TITLES = ("An operation", "A queue with its own worker")
COMMANDS = [block for title in TITLES for block in blocks(section(title, PAGE), "sh")]
MADE = [line for block in COMMANDS for line in block.splitlines() if line.startswith("make ")]
CHECKED = [block for block in COMMANDS if "conformance" in block]
SENT = [block for block in COMMANDS if "curl" in block]
WORKER = "worker-io"


def made_by(command: str, tree: CopiedTree) -> None:
    """As the Makefile's recipe does, but for the environment."""
    words = shlex.split(command)
    options = [f"--{word}" for word in words[2:]]
    assert scaffold([words[1].removeprefix("new-"), *options], tree.path) == 0


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> CopiedTree:
    copied = CopiedTree(tmp_path_factory.mktemp("tree"))
    for command in MADE:
        made_by(command, copied)
    for block in blocks(section(TITLES[0], PAGE), "python"):
        name = block.splitlines()[0].removeprefix("# ")
        assert (copied.path / name).is_file(), f"{name} was not made by any command"
        (copied.path / name).write_text(block, encoding="utf-8")
    return copied


@pytest.fixture(scope="module")
def stack(
    run_stack: Callable[..., Stack], tree: CopiedTree, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    running = run_stack(env={**tree.env, "WORKER_NAME": ""})
    command = python("-m", "celery", "--workdir", str(tree.path / WORKER), "-A", "worker_io.app", "worker", "-c", "1")
    env = {**running.env, "WORKER_NAME": WORKER}
    worker = Process(command, tmp_path_factory.mktemp("io") / "log", env)
    try:
        wait_until(lambda: running.live_workers() > 1, 40, f"the worker\n{worker.output()}")
        yield running
    finally:
        stop_all([worker], timeout=25)


def test_every_block_of_the_guide_is_run_by_a_test_here() -> None:
    assert len(COMMANDS) == len(CHECKED) + len(SENT) + sum("make new-" in block for block in COMMANDS)
    assert [line.split()[1] for line in MADE] == ["new-operation", "new-worker", "new-operation"]
    assert (len(CHECKED), len(SENT)) == (1, 2)


def results(stack: Stack, command: str) -> list[dict[str, Any]]:
    """What became of the rows that a command of the guide sends."""
    shell = command.replace("localhost:5000", stack.url.removeprefix("http://"))
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, timeout=30, check=True)
    batch_id = json.loads(done.stdout)["id"]
    stack.wait_finished(batch_id)
    return stack.results(batch_id)


def test_guides_operation_counts_words(stack: Stack) -> None:
    first, second = results(stack, SENT[0])
    assert (first["outcome"], first["result"]) == ("ok", {"words": 3})
    assert (second["outcome"], second["code"], second["field"]) == ("failed", "no_words", "text")


def test_operation_of_the_queues_own_worker_is_computed_by_it(stack: Stack) -> None:
    (line,) = results(stack, SENT[1])
    assert (line["outcome"], line["result"]) == ("ok", {"id": "1", "length": 3})
    (queue,) = [one for one in stack.get("/api/importer/queues")["items"] if one["queue"] == "io"]
    assert (queue["workers"], queue["slots"]) == (1, 1)


@pytest.mark.parametrize("operation", ["count_words", "normalize_record"])
def test_operation_keeps_every_promise(tree: CopiedTree, operation: str) -> None:
    """One of ours in this very checkout, whose own tests have settings and a conftest.py."""
    words, folder = shlex.split(CHECKED[0]), tree.path if operation == "count_words" else ROOT
    command = [sys.executable, *words[1:], "-q", "-p", "no:cacheprovider", "-k", operation]
    done = subprocess.run(
        command, cwd=folder, env=environment(tree.env), capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout


def test_guides_files_pass_the_checks_of_types(tree: CopiedTree, pytestconfig: pytest.Config) -> None:
    """As `make lint` does; the form is checked where files are made.

    mypy keeps what it knows of the libraries from run to run: to read them takes longer than all else here.
    """
    assert pytestconfig.cache is not None
    cache = pytestconfig.cache.mkdir("mypy")
    members = [*sorted((ROOT / "libs").iterdir()), tree.path / "worker-cpu", tree.path / WORKER]
    command = [sys.executable, "-m", "mypy", "--strict", "--explicit-package-bases", f"--cache-dir={cache}"]
    files = [tree.path / "worker-cpu/worker_cpu/operations/count_words.py", tree.path / WORKER / "worker_io"]
    env = environment({"MYPYPATH": ":".join(map(str, members)), "PYTHONPATH": ""})
    done = subprocess.run(
        [*command, "--follow-imports=silent", *map(str, files)], env=env, capture_output=True, text=True, check=False,
        timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
