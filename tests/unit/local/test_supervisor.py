"""Parts are started in stages, started again when they end, and stopped in the opposite order."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local import supervisor as supervisor_module
from deploy.local.home import AlreadyRunning, Home
from deploy.local.part import Part, Stage
from deploy.local.pid_files import read_pid_files
from deploy.local.supervisor import StartFailed, Supervisor
from tests.support.waiting import wait_until

# A part that writes its name when it is ready and when it is asked to stop.
WORDS = """
import signal, sys
name, path = sys.argv[1:]
def say(word):
    with open(path, "a") as file:
        file.write(f"{name} {word}\\n")
def end(*_):
    say("stops")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
say("ready")
signal.pause()
"""


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    path = tmp_path / "diary"
    path.touch()
    return path


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(Home(tmp_path / "home"))
    yield supervisor
    supervisor.stop()


def talking_part(name: str, stage: Stage, diary: Path) -> Part:
    command = [sys.executable, "-c", WORDS, name, str(diary)]
    return Part(
        name, stage, command, dict(os.environ), lambda _: f"{name} ready" in diary.read_text(), restart_seconds=5
    )


def test_stages_stop_in_the_opposite_order(supervisor: Supervisor, diary: Path) -> None:
    for stage in Stage:
        supervisor.start([talking_part(stage.name, stage, diary)])
    supervisor.stop()
    expected = [
        "SERVER ready",
        "SERVICE ready",
        "WORKER ready",
        "WORKER stops",
        "SERVICE stops",
        "SERVER stops",
    ]
    assert diary.read_text().splitlines() == expected


def test_part_that_was_killed_is_started_again(
    supervisor: Supervisor, diary: Path, tmp_path: Path, until_stopped: Callable[..., None]
) -> None:
    supervisor.start([talking_part("catalog", Stage.SERVICE, diary)])
    marks = tmp_path / "home" / "run"
    first = read_pid_files(marks)[0].pid
    until_stopped(supervisor)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: diary.read_text().count("ready") == 2, what="a second start")
    assert read_pid_files(marks)[0].pid != first


class ReloaderOnce:
    """Names what it was given, once."""

    def __init__(self, names: list[str]) -> None:
        self._names = names

    def due(self) -> list[str]:
        names, self._names = self._names, []
        return names


def test_changed_parts_start_again_workers_first_and_others_stay(
    supervisor: Supervisor, diary: Path, until_stopped: Callable[..., None]
) -> None:
    for name, stage in (("catalog", Stage.SERVICE), ("importer", Stage.SERVICE), ("worker-cpu", Stage.WORKER)):
        supervisor.start([talking_part(name, stage, diary)])
    before = diary.read_text().splitlines()
    until_stopped(supervisor, ReloaderOnce(["importer", "worker-cpu"]))
    wait_until(lambda: diary.read_text().count("ready") == 5, what="both again")
    first, second, *started = diary.read_text().splitlines()[len(before) :]
    assert (first, second) == ("worker-cpu stops", "importer stops")
    assert sorted(started) == ["importer ready", "worker-cpu ready"]


def test_start_gives_up_on_a_part_that_always_ends_and_shows_its_log(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("deploy.local.supervised.FIRST_PAUSE", 0.01)
    command = [sys.executable, "-c", "raise SystemExit('UI_PORT=x is not allowed')"]
    part = Part("ui", Stage.SERVICE, command, dict(os.environ), lambda _: False)
    with pytest.raises(StartFailed, match=r"ui does not become ready(.|\n)*UI_PORT=x is not allowed"):
        supervisor.start([part])
    why, ended = capsys.readouterr().out.splitlines()[:2]
    assert why.endswith("| UI_PORT=x is not allowed")
    assert ended.endswith("| ended (exit status 1); starts again in 0.01 s")


def test_start_gives_up_on_a_part_that_is_never_ready(
    supervisor: Supervisor, diary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "START_LIMIT", 0.5)
    part = talking_part("catalog", Stage.SERVICE, diary)
    never = Part(part.name, part.stage, part.command, part.env, lambda _: False)
    with pytest.raises(StartFailed, match="catalog does not become ready"):
        supervisor.start([never])


def test_home_is_held_by_one_supervisor_at_a_time(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.lock(), pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}\b.*make down"):
        home.lock()
    home.lock().close()
    assert home.supervisor() is None


@pytest.fixture
def until_stopped(supervisor: Supervisor) -> Iterator[Callable[..., None]]:
    """Watches in a thread, and asks it to end as a signal would."""
    threads: list[threading.Thread] = []

    def begin(watched: Supervisor, *reloader: Any) -> None:
        threads.append(threading.Thread(target=watched.watch_until_stopped, args=reloader))
        threads[-1].start()

    yield begin
    supervisor.request_stop()
    for thread in threads:
        thread.join(10)
