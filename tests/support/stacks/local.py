"""The stack as `make up` runs it, in a folder and on ports of its own."""

import json
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil

from deploy.local.pid_files import VARIABLE
from deploy.local.ports import free_port
from tests.support.servers.processes import Process, python
from tests.support.servers.services import is_ready
from tests.support.waiting import wait_until

START_LIMIT = 90.0  # seconds; two slow cores
ADDRESSES = ("CATALOG_URL", "IMPORTER_URL", "WORKER_API_URL", "MEDIA_URL")


class LocalStack:
    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self._folder = folder
        self._starts = 0
        self._supervisor: Process | None = None
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

    def up(self) -> None:
        """Start it unless it runs; the gateway and all services are ready then."""
        if self._supervisor is None or not self._supervisor.is_running():
            self._supervisor = self.command("up")
            self._supervisor.wait_ready(lambda: "ready on http://" in self.supervisor.output(), START_LIMIT)
        assert is_ready(self.url, "/api/health/ready")

    @property
    def supervisor(self) -> Process:
        """That of the last start, whether it runs or not."""
        assert self._supervisor is not None, "it was never started"
        return self._supervisor

    def pid(self, part: str) -> int:
        file = json.loads((self.home / "run" / f"{part}.json").read_text())
        return int(file["pid"])

    def processes(self) -> list[psutil.Process]:
        """Everything that was started for this folder and lives; servers hide their environment, not their folder."""
        return [process for process in psutil.process_iter() if _is_under(process, self.home)]

    def kill_all_but(self, parts: Sequence[str]) -> None:
        """SIGKILL for the supervisor and all else at once, as when a machine loses its power, but for these."""
        left = {self.pid(part) for part in parts}
        spared = left | {child.pid for pid in left for child in psutil.Process(pid).children(recursive=True)}
        victims = [process for process in self.processes() if process.pid not in spared]
        self.supervisor.send(signal.SIGKILL)
        for victim in victims:
            _kill(victim)
        self.supervisor.wait(10)
        wait_until(lambda: {one.pid for one in self.processes()} <= spared, what="the end of all others")


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
