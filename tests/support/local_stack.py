"""The stack as `make up` runs it, in a folder and on ports of its own."""

import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import psutil

from deploy.local.marks import VARIABLE
from deploy.local.ports import free_port
from tests.support.processes import Process, python
from tests.support.services import is_ready
from tests.support.waiting import wait_until

START_LIMIT = 90.0  # seconds; two slow cores
ADDRESSES = ("CATALOG_URL", "IMPORTER_URL", "WORKER_API_URL", "MEDIA_URL")


class LocalStack:
    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self._folder = folder
        self._starts = 0
        ports = {name: f"http://127.0.0.1:{free_port()}" for name in ADDRESSES}
        self.env = {**ports, "UI_PORT": str(free_port()), "WEB_PROCESSES": "1"}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.env['UI_PORT']}"

    def command(self, name: str, extra: Mapping[str, str] | None = None) -> Process:
        """``python -m deploy.local <name>``, started and not waited for."""
        self._starts += 1
        log = self._folder / f"{name}-{self._starts}.log"
        return Process(
            python("-m", "deploy.local", name, "--home", str(self.home), "--env-file", os.devnull),
            log,
            {**self.env, **(extra or {})},
        )

    def up(self) -> Process:
        """A started stack whose gateway and all services are ready."""
        process = self.command("up")
        process.wait_ready(lambda: "ready on http://" in process.output(), START_LIMIT)
        assert is_ready(self.url, "/api/health/ready")
        return process

    def pid(self, part: str) -> int:
        mark = json.loads((self.home / "run" / f"{part}.json").read_text())
        return int(mark["pid"])

    def processes(self) -> list[psutil.Process]:
        """Everything that was started for this folder and lives; servers hide their environment, not their folder."""
        return [process for process in psutil.process_iter() if _is_under(process, self.home)]

    def kill_everything(self, supervisor: Process) -> None:
        """SIGKILL for all of it at once, as when a machine loses its power."""
        victims = self.processes()
        supervisor.send(signal.SIGKILL)
        for victim in victims:
            _kill(victim)
        supervisor.wait(10)
        wait_until(lambda: not self.processes(), what="the end of all processes")


def _is_under(process: psutil.Process, home: Path) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        return process.environ().get(VARIABLE) == str(home) or Path(process.cwd()).is_relative_to(home)
    except psutil.Error:
        return False


def _kill(process: psutil.Process) -> None:
    try:
        os.kill(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
