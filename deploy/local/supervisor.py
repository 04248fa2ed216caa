"""Starts parts stage by stage, keeps them running, and stops them in the opposite order."""

import datetime
import os
import signal
import subprocess
import time
from collections.abc import Collection, Sequence
from types import FrameType

from deploy.local.errors import LocalError
from deploy.local.home import ROOT, Home
from deploy.local.logs import PartLog, last_lines, say
from deploy.local.part import Part, Stage
from deploy.local.pid_files import VARIABLE, remove_pid_file, write_pid_file
from deploy.local.reload import Reloader

FIRST_PAUSE = 0.5  # seconds before the first new start; doubles with each
LONGEST_PAUSE = 30.0
CALM = 60.0  # seconds of life after which an end counts as the first again
PAUSE = 0.1  # seconds between two looks
START_LIMIT = 90.0  # seconds for a stage to become ready
FALLS_AT_START = 3  # ends before a part was ever ready, after which starting is given up


class Supervised:
    def __init__(self, part: Part, home: Home) -> None:
        self.part = part
        self.falls = 0
        self._home = home
        self._popen: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._since = datetime.datetime.now(datetime.UTC)
        self._due: float | None = None
        self._log = PartLog(home.log(part.name))

    def start(self) -> None:
        """Run it in a session of its own, so that Ctrl-C reaches only the supervisor, which stops parts in order."""
        port = self.part.listening.port if self.part.listening else None
        self._since = datetime.datetime.now(datetime.UTC)
        with self._home.log(self.part.name).open("ab") as log:
            self._popen = subprocess.Popen(
                self.part.command, env={**self.part.env, VARIABLE: str(self._home.path)}, cwd=ROOT,
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        write_pid_file(self._home.folder("run"), self.part.name, self._popen.pid, self.part.stop_signal, port)
        self._started, self._due = time.monotonic(), None

    def is_ready(self) -> bool:
        return self.is_running() and self.part.is_ready(self._since)

    def is_running(self) -> bool:
        return self._popen is not None and self._popen.poll() is None

    def watch(self) -> None:
        """Say what is new and loud; start it again when it has ended and its pause is over."""
        for line in self._log.loud_lines():
            # The servers' warnings are about the machine, repeat at each start and stand in their logs.
            if self.part.stage is not Stage.SERVER:
                say(self.part.name, line)
        if self.is_running():
            return
        if self._due is None:
            self._fell()
        elif time.monotonic() >= self._due:
            self.start()

    def _fell(self) -> None:
        self.falls = 1 if time.monotonic() - self._started > CALM else self.falls + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self.falls - 1))
        self._due = time.monotonic() + pause
        for line in self._last_words():
            say(self.part.name, line)
        say(self.part.name, f"ended ({self._status()}); starts again in {pause:g} s")
        self._kill_group()

    def ask_to_stop(self) -> None:
        if self.is_running() and self._popen is not None:
            self._popen.send_signal(self.part.stop_signal)

    def finish(self) -> None:
        """After ``ask_to_stop``: end what is left of it and forget it."""
        self._kill_group()
        if self._popen is not None:
            self._popen.wait()
        remove_pid_file(self._home.folder("run"), self.part.name)

    def _kill_group(self) -> None:
        """SIGKILL for its whole session: children must not outlive the part and meet its successor."""
        if self._popen is None:
            return
        try:
            os.killpg(self._popen.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return

    def _last_words(self) -> list[str]:
        """The end of the log of one that ended by itself: it says why, such as a file that cannot be imported."""
        failed = self._popen is not None and self._popen.returncode > 0
        return last_lines(self._home.log(self.part.name), 1) if failed else []

    def _status(self) -> str:
        code = self._popen.returncode if self._popen is not None else None
        if code is None or code >= 0:
            return f"exit status {code}"
        return signal.Signals(-code).name


def _still_waiting(waiting: Sequence[Supervised], began: float) -> list[Supervised]:
    """Without those that are ready, which is said."""
    ready = [one for one in waiting if one.is_ready()]
    for one in ready:
        say(one.part.name, f"ready after {time.monotonic() - began:.1f} s")
    return [one for one in waiting if one not in ready]


def _workers_first(parts: Sequence[Supervised]) -> list[list[Supervised]]:
    """Stage by stage, so that workers can still tell a service what they give back."""
    stages = [[one for one in parts if one.part.stage is stage] for stage in sorted(Stage, reverse=True)]
    return [stage for stage in stages if stage]


class StopRequested(Exception):
    """Ctrl-C or SIGTERM came while parts were starting."""


class StartFailed(LocalError):
    """A part did not become ready; the text has the end of its log."""


class Supervisor:
    def __init__(self, home: Home) -> None:
        self._home = home
        self._parts: list[Supervised] = []
        self._requests = 0

    def catch_signals(self) -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.request_stop()

    def request_stop(self) -> None:
        """What a signal does: starting and watching end soon, and a second request ends the waiting of ``stop``."""
        self._requests += 1

    def start(self, parts: Sequence[Part]) -> None:
        """Start these together and wait until all are ready. Raises StartFailed, StopRequested."""
        waiting = [Supervised(part, self._home) for part in parts]
        self._parts += waiting
        began = time.monotonic()
        for supervised in waiting:
            supervised.start()
        while waiting:
            self._look(began, waiting)
            waiting = _still_waiting(waiting, began)

    def _look(self, began: float, waiting: Sequence[Supervised]) -> None:
        time.sleep(PAUSE)
        if self._requests:
            raise StopRequested
        for supervised in self._parts:
            supervised.watch()
        for one in waiting:
            if one.falls >= FALLS_AT_START or time.monotonic() - began > START_LIMIT:
                name = one.part.name
                end = "\n".join(f"  {line}" for line in last_lines(self._home.log(name)))
                raise StartFailed(f"{name} does not become ready; the end of {self._home.log(name)}:\n{end}")

    def watch_until_stopped(self, reloader: Reloader | None = None) -> None:
        waiting: list[Supervised] = []
        began = 0.0
        while not self._requests:
            for supervised in self._parts:
                supervised.watch()
            waiting = _still_waiting(waiting, began)
            if names := reloader.due() if reloader else []:
                began = time.monotonic()
                waiting = self._restart(names)
            time.sleep(PAUSE)

    def _restart(self, names: Collection[str]) -> list[Supervised]:
        """Stop these and start them again at once, however often they have fallen."""
        chosen = [one for one in self._parts if one.part.name in names]
        for parts in _workers_first(chosen):
            self._stop(parts, max(one.part.restart_seconds for one in parts))
        for one in chosen:
            one.falls = 0
            one.start()
        return chosen

    def stop(self) -> None:
        """Stop everything, workers first; a second Ctrl-C skips the waiting."""
        self._requests = 0
        for parts in _workers_first(self._parts):
            for one in self._stop(parts, max(one.part.stop_seconds for one in parts)):
                say(one.part.name, "did not stop in time and was killed")

    def _stop(self, parts: Sequence[Supervised], seconds: float) -> list[Supervised]:
        """Gives those that were still there after so many seconds."""
        for supervised in parts:
            supervised.ask_to_stop()
        deadline = time.monotonic() + seconds
        while any(one.is_running() for one in parts) and time.monotonic() < deadline and not self._requests:
            time.sleep(PAUSE)
        stubborn = [one for one in parts if one.is_running()]
        for supervised in parts:
            supervised.finish()
        return stubborn
