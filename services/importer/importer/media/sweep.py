"""Removes what nobody can want any more: pictures of batches that are over, old uploads, what was never finished.

The folder is compared with the ledger each time, so what could not be removed is tried again. Only what the ledger
knows to be over is removed: files of batches that it has never heard of stay.
"""

import fcntl
import logging
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine

from importer.ledger.batch import batch_that_names, expired_among
from importer.media.folder import INCOMING, MediaFolder
from importer.media.names import RESULTS, TASKS
from importer.media.unnamed_pictures import UnnamedPictures
from importer.media.uploads import list_uploads
from importer.outage_log import OutageLog
from importer.registry.registry import Registry
from importer.settings import Settings
from stackroom_sql.errors import DATABASE_ERRORS

PERIOD_SECONDS = 10.0
IDS_PER_QUESTION = 1000
DAY = 86_400
NEW_SECONDS = 60
logger = logging.getLogger(__name__)


class Sweeper:
    def __init__(self, engine: Engine, registry: Registry, settings: Settings, stop: threading.Event) -> None:
        self._engine = engine
        self._registry = registry
        self._folder = MediaFolder(settings.media_dir)
        self._unnamed = UnnamedPictures(engine, self._folder.root)
        self._upload_seconds = settings.upload_retention_days * DAY
        self._task_seconds = settings.batch_retention_days * DAY
        self._stop = stop
        self._outage = OutageLog("tidy up the media folder")

    def run(self) -> None:
        """Until the stop event. An outage of the disk or PostgreSQL is waited out."""
        while not self._stop.wait(PERIOD_SECONDS):
            try:
                self.sweep()
            except (OSError, *DATABASE_ERRORS) as error:
                self._outage.note(f"{type(error).__name__}: {getattr(error, 'filename', None) or ''}")
            else:
                self._outage.note("")

    def sweep(self) -> None:
        """Once. OSError or a database error after everything that could be removed is."""
        errors: list[OSError] = []
        for path in self._over():
            try:
                shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
            except FileNotFoundError:
                continue
            except OSError as error:
                errors.append(error)
        self._remove_old_uploads()
        if errors:
            raise errors[0]

    def _over(self) -> Iterator[Path]:
        root = self._folder.root
        yield from self._results(sorted(path for path in root.glob(f"{RESULTS}/*") if path.is_dir()))
        oldest = time.time() - self._task_seconds
        yield from (path for path in root.glob(f"{TASKS}/*") if path.stat().st_mtime < oldest)
        yield from (path for path in root.glob(f"{INCOMING}/*") if _is_abandoned(path))

    def _results(self, paths: list[Path]) -> Iterator[Path]:
        """Of expired batches all of them, of ended ones those that are in no result."""
        for start in range(0, len(paths), IDS_PER_QUESTION):
            some = paths[start : start + IDS_PER_QUESTION]
            by_id = {path.name: path for path in some}
            yield from (by_id[batch_id] for batch_id in expired_among(self._engine, list(by_id)))
            yield from self._unnamed.among(some)

    def _remove_old_uploads(self) -> None:
        oldest = (time.time() - self._upload_seconds) * 1_000_000_000
        old = [upload for upload in list_uploads(self._folder) if upload.time < oldest]
        for upload in old:
            path = self._folder.root / upload.name
            if batch_that_names(self._engine, self._registry.readers_of_media(), upload.digest) is None:
                with self._folder.locked():  # unless it was sent again meanwhile
                    if path.exists() and path.stat().st_mtime_ns == upload.time:
                        path.unlink()


def _is_abandoned(path: Path) -> bool:
    """Whoever writes it holds its lock, and a process that dies lets go. A new file may not be locked yet."""
    try:
        if path.stat().st_mtime > time.time() - NEW_SECONDS:
            return False
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, FileNotFoundError):
        return False
    return True
