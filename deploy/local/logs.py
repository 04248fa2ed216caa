"""Log files of the parts, and short lines on the terminal."""

import shutil
import sys
from pathlib import Path

LIMIT = 20 * 1024 * 1024  # bytes; then it starts again and the old one is kept beside it
LOUD = (" WARNING ", " ERROR ", " CRITICAL ")
WIDTH = 20
LONGEST = 240
HEAD = 60  # characters of a longer line, before its end: a traceback says last what is wrong


class PartLog:
    """Follows one file from its present end."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._position = path.stat().st_size if path.exists() else 0
        self._unfinished = b""

    def new_lines(self) -> list[str]:
        """Complete lines that were written since the last call."""
        with self._path.open("rb") as file:
            file.seek(self._position)
            block = file.read()
        self._position += len(block)
        *lines, self._unfinished = (self._unfinished + block).split(b"\n")
        self._limit()
        return [line.decode("utf-8", "replace") for line in lines]

    def loud_lines(self) -> list[str]:
        """New lines that a person should see at once."""
        return [line for line in self.new_lines() if any(word in line for word in LOUD)]

    def _limit(self) -> None:
        if self._position < LIMIT:
            return
        # The part keeps the file open for appending, so it is emptied in place; a line written meanwhile may be lost.
        shutil.copyfile(self._path, self._path.with_suffix(".log.1"))
        with self._path.open("r+b") as file:
            file.truncate(0)
        self._position = 0


def last_lines(path: Path, count: int = 8) -> list[str]:
    """The end of a log, without empty lines."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 16_384))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return [line for line in lines if line.strip()][-count:]


def say(part: str, line: str) -> None:
    """One line; nothing when the terminal has gone away (the logs have it)."""
    if len(line) > LONGEST:
        line = f"{line[:HEAD]} … {line[HEAD - LONGEST :]}"
    try:
        sys.stdout.write(f"{part:<{WIDTH}} | {line}\n")
        sys.stdout.flush()
    except (BrokenPipeError, OSError):
        return
