"""The folder that the stack keeps its data, secrets, logs and pid files in."""

import dataclasses
import fcntl
import json
import os
import pwd
import secrets
from pathlib import Path
from typing import IO, Any

from deploy.local.errors import LocalError

ROOT = Path(__file__).resolve().parents[2]
DEFAULT = ROOT / ".stackroom"
ELSE = "run this as its owner, or choose another folder with --home"
SECRET_BYTES = 32


class AlreadyRunning(LocalError):
    """Another supervisor holds this folder; the text says which."""


class HomeError(LocalError):
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
            raise self._running() from None
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid()}))
        file.flush()
        return file

    def require_free(self) -> None:
        """Raises AlreadyRunning."""
        if self.supervisor() is not None:
            raise self._running()

    def _running(self) -> AlreadyRunning:
        return AlreadyRunning(f"Stackroom runs already (process {self.supervisor()}); `make down` stops it")

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


def kept_secret(folder: Path, name: str) -> Path:
    """The file of the secret ``name``, made at the first call. Whoever needs it reads it with ``NAME_FILE``."""
    path = folder / name
    try:
        # The mode is set as the file is made, so that the secret is never readable, not even for a moment.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        if path.read_text(encoding="ascii").strip():
            return path
        path.unlink()  # A kill between making and writing left it empty.
        return kept_secret(folder, name)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(SECRET_BYTES) + "\n")
    return path


def written_secret(folder: Path, name: str, value: str) -> Path:
    """A file of the secret ``name`` with this value, for what is composed anew at each start."""
    path = folder / name
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(value + "\n")
    return path
