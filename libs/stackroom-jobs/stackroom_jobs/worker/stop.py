"""How a worker's parent tells its children to end: by a file.

A child gets SIGTERM as its death, and a spawned one shares no memory with its parent; a file in a folder whose name is
in the environment before any child is made reaches both kinds. A child whose device is lost tells its parent by the
same file, which then holds the reason.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

VARIABLE = "STACKROOM_STOP_FILE"


class StopFlag:
    def __init__(self, path: Path) -> None:
        self._path = path

    def is_set(self) -> bool:
        return self._path.exists()

    def set(self, reason: str = "") -> None:
        """Whole at once, so that nobody reads half a reason. The first reason stays."""
        if not self.reason():
            written = self._path.with_name(f"{self._path.name}.{os.getpid()}")
            written.write_text(reason, encoding="utf-8")
            written.replace(self._path)

    def reason(self) -> str:
        """Why this worker cannot go on; empty while it can, and where it was only told to end."""
        try:
            return self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""


def make_stop_flag() -> StopFlag:
    """In the parent, before the pool is made. The folder goes when the parent ends."""
    folder = tempfile.mkdtemp(prefix="stackroom-worker-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ[VARIABLE] = str(Path(folder) / "stop")
    return inherited_stop_flag()


def inherited_stop_flag() -> StopFlag:
    """In a child: the flag that its parent made."""
    return StopFlag(Path(os.environ[VARIABLE]))
