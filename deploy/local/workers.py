"""The workers of ``make up``: folders, here or elsewhere, each with a package of its name and an ``app.py`` in it."""

import dataclasses
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.local.errors import LocalError
from deploy.local.home import ROOT
from deploy.local.settings import LocalSettings
from deploy.locks import WORKERS, with_libraries
from stackroom_kit.settings import read_settings

POOL_PROCESSES = {"worker-gpu": 1}
USUAL_PROCESSES = 2


@dataclasses.dataclass(frozen=True)
class WorkerFolder:
    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def package(self) -> str:
        return self.name.replace("-", "_")

    @property
    def interpreter(self) -> str:
        """That of an environment of its own, where it has one; else ours."""
        own = self.path / ".venv/bin/python"
        return str(own) if own.exists() else sys.executable

    @property
    def sources(self) -> list[Path]:
        """The folders whose code it runs: its own, and those of the libraries that it needs."""
        if not self.path.is_relative_to(ROOT):
            return [self.path]
        return [ROOT / one for one in with_libraries(str(self.path.relative_to(ROOT)))]

    def command(self) -> Sequence[str]:
        """It reads the queues that its ``create_worker`` says."""
        processes = POOL_PROCESSES.get(self.name, USUAL_PROCESSES)
        where = ("--workdir", str(self.path), "-A", f"{self.package}.app")
        options = (f"--concurrency={processes}", f"--hostname={self.name}@%h")
        return (self.interpreter, "-m", "celery", *where, "worker", *options)


def worker_folders(environ: Mapping[str, str]) -> list[WorkerFolder]:
    """Those that WORKERS names, relative to the root of the repository. LocalError for what is none."""
    words = read_settings(LocalSettings, environ).workers.split() or WORKERS
    folders = [WorkerFolder((ROOT / word).resolve()) for word in words]
    for folder, word in zip(folders, words, strict=True):
        if not (folder.path / folder.package / "app.py").is_file():
            raise LocalError(f"WORKERS names {word}, but there is no {folder.path / folder.package / 'app.py'}")
        if sum(one.name == folder.name for one in folders) > 1:
            raise LocalError(f"WORKERS names two folders that are called {folder.name}")
    return folders
