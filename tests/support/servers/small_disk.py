"""A disk that can be full: a tmpfs, which only root may mount."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

BLOCK = b"\0" * 65536


class SmallDisk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    @contextlib.contextmanager
    def full(self) -> Iterator[None]:
        """Not one byte is left until the end of the block."""
        try:
            with self._ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
                while file.write(BLOCK):
                    pass
            yield
        finally:
            self._ballast.unlink()


@contextlib.contextmanager
def mounted(folder: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Skips the test where it cannot be mounted, and says why."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a tmpfs, which is the disk that gets full here")
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no tmpfs can be mounted here: {done.stderr.strip()}")
    try:
        yield SmallDisk(folder)
    finally:
        # Lazily: a process that was killed a moment ago may still hold a file.
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
