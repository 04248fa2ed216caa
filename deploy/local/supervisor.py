"""Starts parts stage by stage, keeps them running, and stops them in the opposite order."""

import signal
import time
from collections.abc import Sequence
from types import FrameType

from deploy.local.home import Home
from deploy.local.part import Part, Stage
from deploy.local.part_log import last_lines
from deploy.local.supervised import Supervised
from deploy.local.terminal import say

PAUSE = 0.1  # seconds between two looks
START_LIMIT = 90.0  # seconds for a stage to become ready
FALLS_AT_START = 3  # ends before a part was ever ready, after which starting is given up


class StopRequested(Exception):
    """Ctrl-C or SIGTERM came while parts were starting."""


class StartFailed(Exception):
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
            ready = [one for one in waiting if one.is_running() and one.part.is_ready()]
            for one in ready:
                say(one.part.name, f"ready after {time.monotonic() - began:.1f} s")
            waiting = [one for one in waiting if one not in ready]

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

    def watch_until_stopped(self) -> None:
        while not self._requests:
            for supervised in self._parts:
                supervised.watch()
            time.sleep(PAUSE)

    def stop(self) -> None:
        """Stop everything, workers first; a second Ctrl-C skips the waiting."""
        self._requests = 0
        for stage in sorted(Stage, reverse=True):
            self._stop([one for one in self._parts if one.part.stage is stage])

    def _stop(self, parts: Sequence[Supervised]) -> None:
        for supervised in parts:
            supervised.ask_to_stop()
        patience = time.monotonic() + max((one.part.patience for one in parts), default=0)
        while any(one.is_running() for one in parts) and time.monotonic() < patience and not self._requests:
            time.sleep(PAUSE)
        for supervised in parts:
            supervised.finish()
