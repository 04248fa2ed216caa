"""A file per running part, by which a later start finds what a killed one left behind.

It has the process id and the start time; children of a part carry the folder in their environment. One of both must
fit before anything is ended, so a stranger that got a reused id is never touched. (The process itself need not
show its environment: Valkey and PostgreSQL write their titles over it.)
"""

import json
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import psutil

VARIABLE = "STACKROOM_HOME"
GRACE = 10.0  # seconds for an orphan to end by itself


class PidFile(NamedTuple):
    part: str
    pid: int
    created: float
    stop_signal: int
    port: int | None

    def process(self) -> psutil.Process | None:
        """None when it has ended."""
        try:
            process = psutil.Process(self.pid)
            alive = process.status() != psutil.STATUS_ZOMBIE
            return process if alive and abs(process.create_time() - self.created) < 1 else None
        except psutil.NoSuchProcess:
            return None


def write_pid_file(folder: Path, part: str, pid: int, stop_signal: int, port: int | None) -> None:
    file = PidFile(part, pid, psutil.Process(pid).create_time(), stop_signal, port)
    unfinished = folder / f"{part}.new"
    unfinished.write_text(json.dumps(file._asdict()), encoding="utf-8")
    unfinished.replace(folder / f"{part}.json")


def remove_pid_file(folder: Path, part: str) -> None:
    (folder / f"{part}.json").unlink(missing_ok=True)


def read_pid_files(folder: Path) -> list[PidFile]:
    """All of them, those of ended processes too."""
    return [PidFile(**_content(path)) for path in sorted(folder.glob("*.json"))]


def port_of(folder: Path, part: str) -> int | None:
    """On which a part that runs now listens."""
    return next((file.port for file in read_pid_files(folder) if file.part == part and file.process()), None)


def _content(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def end_orphans(folder: Path, home: Path) -> list[str]:
    """End what an earlier run left behind, all at once and first politely; gives the parts that were still there."""
    files = read_pid_files(folder)
    left = {file: list(_left_behind(file, str(home))) for file in files}
    _end(left)
    for file in files:
        remove_pid_file(folder, file.part)
    return [file.part for file in files if left[file]]


def _left_behind(file: PidFile, home: str) -> Iterator[psutil.Process]:
    """The process and those of its session (a session keeps its number while one member lives)."""
    for process in psutil.process_iter():
        try:
            is_it = process.pid == file.pid and file.process() is not None
            if is_it or (os.getsid(process.pid) == file.pid and process.environ().get(VARIABLE) == home):
                yield process
        except (psutil.Error, ProcessLookupError, PermissionError):
            continue  # It ended while we looked, or belongs to somebody else.


def _end(left: Mapping[PidFile, list[psutil.Process]]) -> None:
    for file, processes in left.items():
        for process in processes:
            if process.pid == file.pid:
                _signal(process, file.stop_signal)
    _, stubborn = psutil.wait_procs([process for processes in left.values() for process in processes], timeout=GRACE)
    for process in stubborn:
        _signal(process, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=GRACE)


def _signal(process: psutil.Process, number: int) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
