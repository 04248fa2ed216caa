"""Starts parts stage by stage, keeps them running, and stops them in the opposite order."""

import signal
import time
from collections.abc import Collection, Sequence
from types import FrameType

from deploy.local.errors import LocalError
from deploy.local.home import Home
from deploy.local.logs import last_lines, say
from deploy.local.part import Part, Stage
from deploy.local.reload import Reloader
from deploy.local.supervised import Supervised

PAUSE = 0.1  # seconds between two looks
START_LIMIT = 90.0  # seconds for a stage to become ready
FALLS_AT_START = 3  # ends before a part was ever ready, after which starting is given up


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
