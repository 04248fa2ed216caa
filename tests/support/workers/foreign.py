"""A worker in a folder of its own, with nothing of this repository but the installed wheels of its two libraries."""

import dataclasses
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path

from tests.support.servers.processes import Process

ROOT = Path(__file__).parents[3]
LIBRARIES = ("libs/stackroom-kit", "libs/stackroom-jobs")
APP = """from stackroom_jobs.worker import create_worker

app = create_worker("my-worker")
"""
COUNT_WORDS = '''"""How many words a text has."""

from typing import Annotated

import msgspec
from stackroom_jobs.context import Context
from stackroom_jobs.operation import operation
from stackroom_jobs.outcomes import RecordError


class Text(msgspec.Struct):
    id: int
    text: Annotated[str, msgspec.Meta(max_length=1000, title="Words")]


class Words(msgspec.Struct):
    words: int
    longest: str


@operation(queue="words", rows=(1, 100), title="Count words", version=1)
def count_words(record: Text, context: Context) -> Words:
    words = record.text.split()
    if not words:
        raise RecordError("no_words", "The text has no words.", "text")
    return Words(len(words), max(words, key=len))
'''


@dataclasses.dataclass(frozen=True)
class ForeignWorker:
    """``name`` with its package, its operations and its ``.venv``."""

    folder: Path

    @property
    def python(self) -> str:
        return str(self.folder / ".venv/bin/python")

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    def start(self, env: Mapping[str, str], log: Path, name: str = "my-worker") -> Process:
        """As its author does, in its folder."""
        command = [self.python, "-m", "celery", "-A", "my_worker.app", "worker", "--concurrency=1"]
        return Process(command, log, {**env, "WORKER_NAME": name, "PYTHONPATH": ""}, cwd=self.folder)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [self.python, *arguments], cwd=self.folder, capture_output=True, text=True, check=False, timeout=120
        )


def make_foreign_worker(folder: Path) -> ForeignWorker:
    """Built offline. Packages of others come from the environment of the tests; ours cannot: they are links there."""
    worker = ForeignWorker(folder / "my-worker")
    wheels = folder / "wheels"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    _run(*pip, "wheel", "--no-deps", "--no-build-isolation", f"--wheel-dir={wheels}", *LIBRARIES)
    _run(sys.executable, "-m", "venv", "--without-pip", str(worker.folder / ".venv"))
    _run(*pip, "--python", worker.python, "install", "--no-deps", "--no-index", *map(str, sorted(wheels.iterdir())))
    (packages,) = (worker.folder / ".venv").glob("lib/python*/site-packages")
    (packages / "others.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    worker.write("my_worker/__init__.py", "")
    worker.write("my_worker/app.py", APP)
    worker.write("my_worker/operations/__init__.py", "")
    worker.write("my_worker/operations/count_words.py", COUNT_WORDS)
    return worker


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
