"""Which workers `make up` starts, and how."""

import sys
from pathlib import Path

import pytest

from deploy.local.errors import LocalError
from deploy.local.workers import worker_folders

ROOT = Path(__file__).parents[3]


def test_ours_are_started_unless_others_are_named() -> None:
    found = {worker.path: worker for worker in worker_folders({})}
    assert {*found} == {path.parent for path in ROOT.glob("worker-*/pyproject.toml")}
    cpu, gpu = found[ROOT / "worker-cpu"], found[ROOT / "worker-gpu"]
    assert cpu.command() == (
        sys.executable, "-m", "celery", "--workdir", str(ROOT / "worker-cpu"), "-A", "worker_cpu.app",
        "worker", "--concurrency=2", "--hostname=worker-cpu@%h",
    )  # fmt: skip
    assert "--concurrency=1" in gpu.command()
    assert ROOT / "libs/stackroom-jobs" in cpu.sources


def folder(parent: Path, name: str = "my-worker") -> Path:
    made = parent / name
    (made / name.replace("-", "_")).mkdir(parents=True)
    (made / name.replace("-", "_") / "app.py").touch()
    return made


def test_folder_elsewhere_runs_in_its_own_environment(tmp_path: Path) -> None:
    own = folder(tmp_path)
    (found,) = worker_folders({"WORKERS": str(own)})
    assert (found.name, found.interpreter, found.sources) == ("my-worker", sys.executable, [own])
    python = own / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.touch()
    assert found.command()[0] == str(python)


def test_folder_that_is_no_worker_is_named(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=r"WORKERS names \.\./nothing, but there is no .*/nothing/nothing/app\.py"):
        worker_folders({"WORKERS": "worker-cpu ../nothing"})
    with pytest.raises(LocalError, match="two folders that are called my-worker"):
        worker_folders({"WORKERS": f"{folder(tmp_path)} {folder(tmp_path / 'other')}"})
