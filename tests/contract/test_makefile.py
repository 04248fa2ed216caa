"""When `make` builds the environment, and when it leaves it alone. A script that notes its words stands for Python."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.servers.processes import ROOT

NOTING = """#!/bin/sh
echo "$@" >> "{log}"
[ "$2" != venv ] || {{ mkdir -p .venv/bin; cp "$0" .venv/bin/python; cp "$0" .venv/bin/pybabel; }}
"""
OLD, NEW = 1_000_000_000, 1_000_000_100  # seconds since 1970


class Checkout:
    """The Makefile with what it looks at, and an environment that was made from an older lock."""

    def __init__(self, folder: Path) -> None:
        self.path, self.log = folder, folder / "words"
        for name in ("Makefile", "requirements-dev.txt", "deploy/local", "libs/stackroom-kit/stackroom_kit"):
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            copy(ROOT / name, folder / name)
        for path in (*ROOT.glob("*/pyproject.toml"), *ROOT.glob("*/*/pyproject.toml")):
            self.touch(str(path.relative_to(ROOT)), OLD)
        self.touch("services/ui/ui/translations/ru/LC_MESSAGES/messages.po", OLD)
        self.python = folder / "python"
        self.python.write_text(NOTING.format(log=self.log))
        self.python.chmod(0o755)

    def touch(self, name: str, seconds: int) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (seconds, seconds))

    def with_environment(self) -> "Checkout":
        (self.path / ".venv/bin").mkdir(parents=True)
        shutil.copy(self.python, self.path / ".venv/bin/python")
        for stamp in (".made-from-lock", ".made-with-members"):
            self.touch(f".venv/{stamp}", OLD)
        self.touch("requirements-dev.txt", NEW)
        self.touch("services/ui/ui/translations/ru/LC_MESSAGES/messages.mo", NEW)
        return self

    def make(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = ["make", *words, f"PYTHON={self.python}"]
        environ = {name: value for name, value in os.environ.items() if name not in {"MAKEFLAGS", "MAKELEVEL", "VENV"}}
        return subprocess.run(
            command, cwd=self.path, capture_output=True, text=True, timeout=30, check=False, env=environ
        )

    def noted(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.mark.parametrize("target", ["status", "down", "demo"])
def test_environment_of_a_running_stack_stays_as_it_is(checkout: Checkout, target: str) -> None:
    done = checkout.with_environment().make(target)
    assert (done.returncode, checkout.noted()) == (0, [f"-m deploy.local {target}"]), done.stderr


@pytest.mark.parametrize("target", ["status", "down", "demo"])
def test_without_an_environment_nothing_is_built_for_a_question(checkout: Checkout, target: str) -> None:
    done = checkout.make(target)
    assert (done.returncode, checkout.noted()) == (2, [])
    assert "there is no environment yet" in done.stdout
    assert not (checkout.path / ".venv").exists()


def test_newer_lock_is_installed_into_the_environment_that_is_there(checkout: Checkout) -> None:
    (checkout.with_environment().path / ".venv/mine").touch()
    done = checkout.make("environment")
    assert done.stdout == "Bringing .venv up to requirements-dev.txt\n", done.stderr
    assert [line for line in checkout.noted() if "venv" in line.split()] == []
    assert any("-r requirements-dev.txt" in line for line in checkout.noted())
    assert not any("-e ./" in line for line in checkout.noted())
    assert (checkout.path / ".venv/mine").exists()
    assert checkout.make("environment").stdout.startswith("make: Nothing to be done")


@pytest.mark.parametrize("missing", [".made-from-lock", "bin/python"])
def test_environment_that_is_not_whole_is_made_anew(checkout: Checkout, missing: str) -> None:
    """One that was interrupted, and one whose interpreter is gone."""
    (checkout.with_environment().path / ".venv" / missing).unlink()
    (checkout.path / ".venv/half").touch()
    done = checkout.make("environment")
    assert done.stdout == "Making .venv from requirements-dev.txt\n", done.stderr
    assert "-m venv .venv" in checkout.noted()
    assert not (checkout.path / ".venv/half").exists()
    assert any("-e ./libs/stackroom-kit" in line for line in checkout.noted())


def test_up_asks_whether_it_can_run_before_it_builds(checkout: Checkout) -> None:
    checkout.make("up")
    first, *later = checkout.noted()
    assert first == "-m deploy.local.preflight --ports"
    assert (later[0], later[-1]) == ("-m venv .venv", "-m deploy.local up")


def test_up_builds_nothing_where_it_cannot_run(checkout: Checkout) -> None:
    checkout.python.write_text("#!/bin/sh\necho 'port 5000 is taken' >&2\nexit 1\n")
    done = checkout.make("up")
    assert done.returncode == 2
    assert "port 5000 is taken" in done.stderr
    assert not (checkout.path / ".venv").exists()
