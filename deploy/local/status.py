"""``status``: what runs, since when, where."""

import time
from collections.abc import Mapping

from deploy.local.home import Home
from deploy.local.marks import Mark, read_marks
from deploy.local.terminal import say


def status(home: Home, _given: Mapping[str, str]) -> int:
    """Gives the exit status: 0 when a supervisor runs and every part of it lives."""
    home.require_access()
    supervisor = home.supervisor()
    marks = read_marks(home.folder("run"))
    for mark in marks:
        say(mark.part, _state(mark))
    say("stackroom", f"supervised by process {supervisor}" if supervisor else "is not running")
    return 0 if supervisor and all(mark.process() for mark in marks) else 1


def _state(mark: Mark) -> str:
    process = mark.process()
    if process is None:
        return "not running"
    port = f", port {mark.port}" if mark.port else ""
    return f"process {mark.pid}{port}, for {time.time() - mark.created:.0f} s"
