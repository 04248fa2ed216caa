"""How a worker's parent tells its children to end: by a file.

A child gets SIGTERM as its death, and a spawned one shares no memory with its parent; a file in a folder whose name is
in the environment before any child is made reaches both kinds.
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

    def set(self) -> None:
        self._path.touch()


def make_stop_flag() -> StopFlag:
    """In the parent, before the pool is made. The folder goes when the parent ends."""
    folder = tempfile.mkdtemp(prefix="stackroom-worker-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ[VARIABLE] = str(Path(folder) / "stop")
    return inherited_stop_flag()


def inherited_stop_flag() -> StopFlag:
    """In a child: the flag that its parent made."""
    return StopFlag(Path(os.environ[VARIABLE]))
