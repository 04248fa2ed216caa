"""How a worker's parent ends itself with a status that says so: its container, or supervisor, starts it again."""

import contextlib
import logging
import os
import signal
import threading
import time

from billiard import active_children
from celery.worker import state

FAILED = 1
PATIENCE = 20.0  # seconds for children to give back what they hold; a child that hangs in a driver never does
logger = logging.getLogger(__name__)


def end_worker() -> None:
    """A warm shutdown with status FAILED: nothing more is consumed. Does not wait for it."""
    state.should_stop = FAILED  # type: ignore[assignment] # as Celery's own handlers of signals do
    threading.Thread(target=_end_anyway, name="end", daemon=True).start()


def _end_anyway() -> None:
    time.sleep(PATIENCE)
    logger.error("children did not end in %g s; ending without them", PATIENCE)
    for pid in [child.pid for child in active_children() if child.pid]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)  # else it would keep its memory of the device from whoever comes next
    os._exit(FAILED)
