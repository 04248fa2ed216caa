"""A device for tests: computed on the CPU, and it fails as the files in a folder say.

``DEVICE=fake:<folder>``; each file is a fault, looked for before every step: ``out_of_memory`` (holds the most windows
that fit; empty: none ever), ``out_of_memory_once``, ``error_once``, ``error``, ``vanished`` (also at start, and while
nothing runs), ``hang``. A fault with ``once`` in its name is taken away as it happens.
"""

import os
import time
from pathlib import Path

PREFIX = "fake:"
VARIABLE = "STACKROOM_FAKE_DEVICE"  # the folder; set by the parent for its children
VANISHED = "CUDA error: no CUDA-capable device is detected"
HANG_LOOK_SECONDS = 0.1
FAILED = "CUDA error: unspecified launch failure"


class OutOfMemoryError(RuntimeError):
    """Named as torch's."""


def before_step(windows: int) -> None:
    """To be called before each batch of windows goes to the device. Does nothing on a real one."""
    folder = os.environ.get(VARIABLE)
    if folder:
        _fail_as_told(Path(folder), windows)


def is_vanished(folder: Path) -> bool:
    return (folder / "vanished").exists()


def _happens_once(fault: Path) -> bool:
    try:
        fault.unlink()
    except FileNotFoundError:
        return False
    return True


def _fail_as_told(folder: Path, windows: int) -> None:
    while (folder / "hang").exists():
        time.sleep(HANG_LOOK_SECONDS)
    if is_vanished(folder):
        raise RuntimeError(VANISHED)
    if (folder / "error").exists() or _happens_once(folder / "error_once"):
        raise RuntimeError(FAILED)
    if _happens_once(folder / "out_of_memory_once"):
        raise OutOfMemoryError("CUDA out of memory. This device is a fake.")
    limit = folder / "out_of_memory"
    if limit.exists() and windows > int(limit.read_text() or 0):
        raise OutOfMemoryError(f"CUDA out of memory. {windows} windows do not fit into this fake.")
