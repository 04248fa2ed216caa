"""New files, all or none, in the form that `make lint` asks for."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


class ScaffoldError(Exception):
    """One sentence that says why nothing was written."""


def write_new(root: Path, files: Mapping[str, str]) -> None:
    """By their paths below ``root``. ScaffoldError where one is there already."""
    taken = next((name for name in files if (root / name).exists()), None)
    if taken is not None:
        raise ScaffoldError(f"{taken} is there already, so nothing was written")
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_formatted(name, text), encoding="utf-8")


def _formatted(name: str, text: str) -> str:
    """A long name makes a line break."""
    if not name.endswith(".py") or not text:
        return text
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", name, "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout
