"""A worker for fault tests: slow enough to be hit, each result names its computation, and some records kill.

``celery -A tests.support.faults.fault_worker worker``. Its operations are the CPU worker's own.
"""

import os
import signal
import time
from pathlib import Path
from typing import Any

from stackroom_jobs.context import Context
from stackroom_jobs.operation import Function
from stackroom_jobs.operations import OPERATIONS
from stackroom_jobs.operations.load import load
from stackroom_jobs.outcomes import Normalized
from stackroom_jobs.records import Record
from stackroom_jobs.worker import create_worker

SECONDS_PER_RECORD = 0.0003
BLOCK = 50  # records that are waited for at once: a sleep of less than a millisecond is not what it says
POISON = "poison"
DIES_ONCE = "dies once"


class Witness(Normalized, frozen=True, kw_only=True):
    """``computation`` is another one whenever the record is computed again, so a late report shows."""

    payload: str
    computation: str


def witness(record: Record, computation: str) -> Witness:
    length = len(record.payload)
    return Witness(str(record.id), record.payload, length, length, payload=record.payload, computation=computation)


class _Worker:
    def __init__(self) -> None:
        self._seen = 0

    def _wait(self) -> None:
        self._seen += 1
        if self._seen % BLOCK == 0:
            time.sleep(SECONDS_PER_RECORD * BLOCK)

    def load(self, row: dict[str, Any], context: Context) -> dict[str, Any]:
        self._wait()
        return load(row, context)

    def __call__(self, record: Record, _context: Context) -> Witness:
        self._wait()
        if record.payload == POISON or (record.payload == DIES_ONCE and _first_time()):
            os.kill(os.getpid(), signal.SIGKILL)
        return witness(record, f"{os.getpid()}-{self._seen}")


def _first_time() -> bool:
    """Whether no worker of this stack died of it before."""
    try:
        (Path(os.environ["FAULT_FOLDER"]) / "died").touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


_work = _Worker()
FUNCTIONS: dict[str, Function] = {
    "normalize_record": _work,
    "process_batch_with_progress": _work,
    "load": _work.load,
}
app = create_worker(
    "fault-worker", operations=[OPERATIONS[name].with_function(function) for name, function in FUNCTIONS.items()]
)
