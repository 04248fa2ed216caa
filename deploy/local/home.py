"""The folder that the stack keeps its data, secrets, logs and marks of running processes in."""

import dataclasses
import fcntl
import json
import os
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = ROOT / ".stackroom"


class AlreadyRunning(Exception):
    """Another supervisor holds this folder; the text says which."""


@dataclasses.dataclass(frozen=True)
class Home:
    path: Path

    def folder(self, name: str) -> Path:
        """A folder in it, made if it is not there; closed to other users, for it holds logs or data."""
        made = self.path / name
        made.mkdir(parents=True, exist_ok=True)
        self.path.chmod(0o700)
        return made

    def log(self, part: str) -> Path:
        return self.folder("log") / f"{part}.log"

    def lock(self) -> IO[str]:
        """Hold the folder until the file is closed or this process ends, however it ends. Raises AlreadyRunning."""
        file = (self.folder("run") / "supervisor.lock").open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise AlreadyRunning(
                f"Stackroom runs already (process {self.supervisor()}); `make down` stops it"
            ) from None
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid()}))
        file.flush()
        return file

    def supervisor(self) -> int | None:
        """Process id of the supervisor that holds this folder, None when nobody does."""
        try:
            with (self.path / "run" / "supervisor.lock").open(encoding="utf-8") as file:
                return _holder(file)
        except FileNotFoundError:
            return None


def _holder(file: IO[str]) -> int | None:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        noted: dict[str, Any] = json.loads(file.read() or "{}")
        return noted.get("pid")
    return None
