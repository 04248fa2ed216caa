"""Orphans of a killed run are ended, strangers never."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local.pid_files import VARIABLE, PidFile, end_orphans, read_pid_files, write_pid_file

ASLEEP = [sys.executable, "-c", "import signal; signal.pause()"]
DEAF = [
    sys.executable,
    "-c",
    "import signal; signal.signal(15, signal.SIG_IGN); print(flush=True); signal.pause()",
]


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []
    yield processes
    for process in processes:
        process.kill()
        process.wait(10)
        if process.stdout:
            process.stdout.close()


def start(command: list[str], home: Path) -> subprocess.Popen[bytes]:
    env = {**os.environ, VARIABLE: str(home)}
    return subprocess.Popen(command, env=env, start_new_session=True, stdout=subprocess.PIPE)


def test_orphan_is_ended_and_its_file_removed(tmp_path: Path, started: list[subprocess.Popen[bytes]]) -> None:
    process = start(ASLEEP, tmp_path)
    started.append(process)
    write_pid_file(tmp_path, "catalog", process.pid, 15, 5001)
    assert end_orphans(tmp_path, tmp_path) == ["catalog"]
    assert not psutil.pid_exists(process.pid)
    assert read_pid_files(tmp_path) == []


def test_orphan_whose_environment_cannot_be_read_is_ended(
    tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    """Redis writes its title over it."""
    process = subprocess.Popen(ASLEEP, env={}, start_new_session=True, stdout=subprocess.PIPE)
    started.append(process)
    write_pid_file(tmp_path, "redis", process.pid, 15, 6379)
    assert end_orphans(tmp_path, tmp_path) == ["redis"]
    assert not psutil.pid_exists(process.pid)


def test_orphan_that_ignores_the_signal_is_killed(
    tmp_path: Path, started: list[subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.local.pid_files.GRACE", 0.2)
    process = start(DEAF, tmp_path)
    started.append(process)
    assert process.stdout is not None
    process.stdout.readline()  # From here on it ignores SIGTERM.
    write_pid_file(tmp_path, "catalog", process.pid, 15, None)
    end_orphans(tmp_path, tmp_path)
    assert not psutil.pid_exists(process.pid)


def test_stranger_with_a_reused_id_is_left_alone(tmp_path: Path, started: list[subprocess.Popen[bytes]]) -> None:
    process = start(ASLEEP, tmp_path / "elsewhere")
    started.append(process)
    earlier = PidFile("catalog", process.pid, psutil.Process(process.pid).create_time() - 100, 15, None)
    (tmp_path / "catalog.json").write_text(json.dumps(earlier._asdict()))
    assert end_orphans(tmp_path, tmp_path) == []
    assert process.poll() is None


def test_pid_file_of_an_earlier_process_with_the_same_id_is_not_its(
    tmp_path: Path, started: list[subprocess.Popen[bytes]]
) -> None:
    process = start(ASLEEP, tmp_path)
    started.append(process)
    created = psutil.Process(process.pid).create_time()
    assert PidFile("catalog", process.pid, created, 15, None).process() is not None
    assert PidFile("catalog", process.pid, created - 100, 15, None).process() is None
