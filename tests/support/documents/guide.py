"""A copy of the tree in which somebody has done what a section of a guide says."""

import os
import re
import shutil
from pathlib import Path

from tests.support.servers.processes import ROOT

COPIED = ("libs", "services", "worker-cpu", "worker-gpu")
# What the guide makes of operations and tasks: whoever followed it may have kept that, and the copy is without.
LEFT_OUT = ("worker-*/*/operations/count_words.py", "worker-*/*/tasks/greet.py", "services/importer/*/*/greetings.py")
_BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
_FILE = re.compile(r"# (\S+/\S+\.py)\n")


def section(title: str, page: Path = ROOT / "docs" / "extending.md") -> str:
    """The text under a head of the second order."""
    _, _, rest = page.read_text(encoding="utf-8").partition(f"\n## {title}\n")
    assert rest, f"{page.name} has no section {title!r}"
    return rest.partition("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    return [block for kind, block in _BLOCK.findall(text) if kind == language]


class CopiedTree:
    """``env`` makes a process find the packages of the copy before those of this tree.

    What Python has compiled already is copied too, else each process of a stack would compile it again.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder
        for name in COPIED:
            shutil.copytree(ROOT / name, folder / name)
        for kept in [path for pattern in LEFT_OUT for path in folder.glob(pattern)]:
            kept.unlink()
        members = [*sorted(folder.glob("libs/*")), *sorted(folder.glob("services/*")), *sorted(folder.glob("worker-*"))]
        self.env = {"PYTHONPATH": os.pathsep.join(map(str, members))}

    def write(self, name: str, text: str) -> None:
        """A new file: a guide that overwrites one would be another guide."""
        path = self.path / name
        assert not path.exists(), f"{name} is there already"
        path.write_text(text, encoding="utf-8")

    def follow(self, guide: str) -> list[str]:
        """Write every block of Python that begins with a file's name; gives these names."""
        written = []
        for block in blocks(guide, "python"):
            named = _FILE.match(block)
            assert named, f"a block names no file:\n{block}"
            self.write(named[1], block)
            written.append(named[1])
        return written
