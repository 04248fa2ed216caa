"""The folder that the stack keeps its data, secrets, logs and marks of running processes in."""

import dataclasses
import fcntl
import json
import os
import pwd
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = ROOT / ".stackroom"
ELSE = "run this as its owner, or choose another folder with --home"


class AlreadyRunning(Exception):
    """Another supervisor holds this folder; the text says which."""


class HomeError(Exception):
    """This user cannot keep anything in the folder; one line that says why, and what to do."""


@dataclasses.dataclass(frozen=True)
class Home:
    path: Path

    def require_access(self) -> None:
        """Raises HomeError unless this user may write there, or make it."""
        there = next(path for path in (self.path, *self.path.parents) if os.path.lexists(path))
        if not os.access(there, os.W_OK | os.X_OK):
            raise HomeError(f"nothing can be kept in {self.path}: {_user()} may not write in {there}; {ELSE}")
        if there == self.path and os.geteuid() not in {0, there.stat().st_uid}:
            raise HomeError(f"nothing can be kept in {self.path}: it belongs to another user than {_user()}; {ELSE}")

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


def _user() -> str:
    """Who runs this, by name where there is one: a container's user may have none."""
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"user {os.geteuid()}"


def _holder(file: IO[str]) -> int | None:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        noted: dict[str, Any] = json.loads(file.read() or "{}")
        return noted.get("pid")
    return None
