"""How a worker ends: who is told, until when calls are still repeated, and what happens to children that hang."""

import atexit
import contextlib
import logging
import os
import shutil
import signal
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import billiard.pool
from billiard import active_children
from celery import signals
from celery.worker import state

FAILED = 1  # exit status
STOP_SECONDS = 8.0  # a worker that is told to end while the importer is away leaves its chunk to the lease
CHILDREN_SECONDS = 20.0  # for children to give back what they hold; a child that hangs in a driver never does
EXIT_SECONDS = 3.0  # enough for a parent that still listens; what the ledger must know, the report has told it
VARIABLE = "STACKROOM_STOP_FILE"
logger = logging.getLogger(__name__)


class StopFlag:
    """A file by which a worker's parent tells its children to end.

    A child gets SIGTERM as its death, and a spawned one shares no memory with its parent; a file in a folder whose name
    is in the environment before any child is made reaches both kinds. A child whose device is lost tells its parent by
    the same file, which then holds the reason.
    """

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


class Deadline:
    """Until when a call is repeated: ``seconds`` from now, at most STOP_SECONDS once ``stop_flag`` is seen set."""

    def __init__(self, seconds: float, stop_flag: StopFlag | None = None) -> None:
        self._end = time.monotonic() + seconds
        self._stop_flag = stop_flag

    def leaves(self, pause: float) -> bool:
        """Whether there is time for one more try after a pause of so many seconds."""
        now = time.monotonic()
        if self._stop_flag is not None and self._stop_flag.is_set():
            self._end = min(self._end, now + STOP_SECONDS)
            self._stop_flag = None
        return now + pause <= self._end


def end_worker() -> None:
    """In the parent: a warm shutdown with status FAILED, so that its supervisor starts it again. Does not wait."""
    state.should_stop = FAILED  # type: ignore[assignment] # as Celery's own handlers of signals do
    threading.Thread(target=_end_without_children, name="end", daemon=True).start()


def _end_without_children() -> None:
    time.sleep(CHILDREN_SECONDS)
    logger.error("children did not end in %g s; ending without them", CHILDREN_SECONDS)
    for pid in [child.pid for child in active_children() if child.pid]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)  # else it would keep its memory of the device from whoever comes next
    os._exit(FAILED)


def shorten_exit_of_children() -> None:
    """In every child that is made from now on, forked or spawned: EXIT_SECONDS for the parent to read its messages.

    A parent that is told to end forgets the tasks that no child has acknowledged yet, and listens to no child from then
    on. A child that begins such a task all the same computes and reports it, and then waits half a minute for a parent
    that does not listen: longer than an orchestrator gives the whole worker. Celery 5.7 has no setting for it.
    """
    signals.worker_process_init.connect(_shorten_exit, weak=False)


def _shorten_exit(**_: Any) -> None:
    tries = round(EXIT_SECONDS / billiard.pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_INTERVAL)
    billiard.pool.GUARANTEE_MESSAGE_CONSUMPTION_RETRY_LIMIT = tries
