"""Real processes for tests: each in a group of its own, with its output in a file, ended as a group."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from tests.support.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]

# What the member packages need to be found when they are not installed; an editable install makes it superfluous.
MEMBERS = [str(ROOT), *map(str, sorted(ROOT.glob("libs/*"))), *map(str, sorted(ROOT.glob("services/*")))]
MEMBERS += [*map(str, sorted(ROOT.glob("worker-*"))), str(ROOT / "client")]

KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "OMP_NUM_THREADS")  # of the environment of the tests


class Process:
    """One program and what it starts. ``log`` holds what it wrote."""

    def __init__(
        self, command: Sequence[str], log: Path, env: Mapping[str, str] | None = None, cwd: Path = ROOT
    ) -> None:
        self.command = list(command)
        self.log = log
        with log.open("ab") as output:
            self._popen = subprocess.Popen(
                self.command, env=environment(env or {}), cwd=cwd, stdin=subprocess.DEVNULL,
                stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip

    @property
    def pid(self) -> int:
        return self._popen.pid

    def is_running(self) -> bool:
        return self._popen.poll() is None

    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait(self, timeout: float = 30.0) -> int:
        """Its exit status, as subprocess says it (negative: the signal that ended it)."""
        return self._popen.wait(timeout)

    def wait_ready(self, is_ready: Callable[[], bool], timeout: float = 30.0) -> None:
        """Wait until ``is_ready``; AssertionError with its output when it ends before that."""
        wait_until(lambda: not self.is_running() or is_ready(), timeout, f"{self.command}\n{self.output()}")
        assert self.is_running(), f"{self.command} ended with {self._popen.returncode}:\n{self.output()}"

    def send(self, number: int) -> None:
        """A signal for the program itself, not for what it started."""
        self._popen.send_signal(number)

    def send_to_group(self, number: int) -> None:
        """A signal for the program and all that it started, if any of it is left."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._popen.pid, number)

    def kill(self) -> None:
        """SIGKILL for the whole group at once, as a lost machine would end it."""
        self.send_to_group(signal.SIGKILL)
        self._popen.wait(10)

    def stop(self, number: int = signal.SIGTERM, timeout: float = 20.0) -> int:
        """Ask it to end, then end what is left of its group. Gives the exit status."""
        self.send(number)
        return self.end(timeout)

    def end(self, timeout: float = 20.0) -> int:
        """Wait for it after it was asked to end, then end what is left of its group. Gives the exit status."""
        try:
            return self._popen.wait(timeout)
        finally:
            self.send_to_group(signal.SIGKILL)
            self._popen.wait(10)


def stop_all(processes: Iterable[Process], timeout: float = 20.0) -> None:
    """All at once, which takes as long as the slowest of them."""
    asked = list(processes)
    for process in asked:
        process.send(signal.SIGTERM)
    for process in asked:
        process.end(timeout)


def python(*arguments: str) -> list[str]:
    """A command line of this Python, which shows a stack when it crashes."""
    return [sys.executable, "-X", "faulthandler", *arguments]


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """The environment of tests without settings of the person who runs them, and with ``extra``."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": os.pathsep.join(MEMBERS), "PYTHONUNBUFFERED": "1", **extra}
