"""``RELOAD=1``: which parts must start again since files of theirs have changed.

Times of files are compared a few times a second. That takes 5 ms for all members, needs no library, and sees changes
on every file system: inotify hears nothing of a folder that another host or the host of a container writes to.
"""

import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from pathlib import Path

from deploy.local.home import ROOT
from deploy.local.logs import say
from deploy.local.part import Part

PAUSE = 0.25  # seconds between two looks
MADE = (".pyc", ".mo", ".egg-info", "__pycache__", "~", ".swp", ".tmp")  # by the interpreter, by us, by editors
SHOWN = 3  # changed files that are named

Times = dict[Path, tuple[int, int]]


class Reloader:
    """``prepare`` does with all changed files what must be done before parts start again, such as a migration."""

    def __init__(self, parts: Iterable[Part], prepare: Callable[[Collection[Path]], None]) -> None:
        self._sources = {part.name: part.sources for part in parts if part.sources}
        self._prepare = prepare
        self._times = self._look()
        self._due = 0.0
        self._unsettled: set[Path] = set()

    def due(self) -> list[str]:
        """The parts to start again. A change counts once a look finds no more: an editor may write several files."""
        if time.monotonic() < self._due:
            return []
        changed = self._changed()
        self._due = time.monotonic() + PAUSE
        if changed or not self._unsettled:
            self._unsettled |= changed
            return []
        settled, self._unsettled = self._unsettled, set()
        names = [name for name, folders in self._sources.items() if _has_any(folders, settled)]
        say("stackroom", f"{_shown(settled)} changed: starting {', '.join(names)} again")
        self._prepare(settled)
        return names

    def _changed(self) -> set[Path]:
        before, self._times = self._times, self._look()
        return {path for path in before.keys() | self._times.keys() if before.get(path) != self._times.get(path)}

    def _look(self) -> Times:
        folders = {folder for folders in self._sources.values() for folder in folders}
        return {path: times for folder in folders for path, times in _files(folder)}


def _files(folder: Path) -> Iterator[tuple[Path, tuple[int, int]]]:
    """Written files below a folder, with time and size; hidden ones are somebody else's, such as a ``.venv``."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith(".") or entry.name.endswith(MADE):
                    continue
                if entry.is_dir():
                    yield from _files(Path(entry.path))
                else:
                    found = entry.stat()
                    yield Path(entry.path), (found.st_mtime_ns, found.st_size)
    except FileNotFoundError:
        return  # removed while we looked; the next look sees it


def _has_any(folders: Sequence[Path], paths: Collection[Path]) -> bool:
    return any(path.is_relative_to(folder) for path in paths for folder in folders)


def _shown(paths: Collection[Path]) -> str:
    names = sorted(str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path) for path in paths)
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more
