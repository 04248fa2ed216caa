"""A part as the supervisor keeps it: its process, and when it is started again."""

import datetime
import os
import signal
import subprocess
import time

from deploy.local.home import ROOT, Home
from deploy.local.logs import PartLog, last_lines, say
from deploy.local.part import Part, Stage
from deploy.local.pid_files import VARIABLE, remove_pid_file, write_pid_file

FIRST_PAUSE = 0.5  # seconds before the first new start; doubles with each
LONGEST_PAUSE = 30.0
CALM = 60.0  # seconds of life after which an end counts as the first again


class Supervised:
    """``falls`` are ends, one after the other, that nobody asked for."""

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
