"""What a child does when the bell rings: claim, compute, report, and go on with what the report's answer carries."""

import dataclasses
import logging
import time
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from stackroom_jobs.compute import compute
from stackroom_jobs.context import Context, DeviceLost, Stopped
from stackroom_jobs.description import LOAD, LOAD_PREFIX
from stackroom_jobs.operation import Operation
from stackroom_jobs.protocol import OPERATION_FAILED, ClaimedChunk, ClaimRequest, FailRequest, ReleaseRequest
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.client import WorkerAPI
from stackroom_jobs.worker.lifecycle import Deadline, StopFlag
from stackroom_jobs.worker.media import ChunkPlace, RemoteMedia
from stackroom_jobs.worker.registration import WorkerName
from stackroom_jobs.worker.renewal import Renewal
from stackroom_kit.request_id import set_request_id

LONGEST_ROUND_SECONDS = 20.0
ROUND_PART = 4  # of the time limit: the hard limit covers the whole round
SAFETY_PART = 0.9  # a report is given up well before the hard limit
logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Doorbell:
    """One message: which queue it came by, its id, and the hard limit of its task in seconds."""

    queue: str
    delivery: str
    time_limit: float


class Round:
    """Everything between one doorbell and the moment when nothing is due, or the round has lasted long enough."""

    def __init__(
        self,
        api: WorkerAPI,
        settings: WorkerSettings,
        operations: Mapping[str, Operation],
        worker: WorkerName,
        stop_flag: StopFlag,
        bell: Doorbell,
    ) -> None:
        self._api = api
        self._settings = settings
        self._operations = operations
        self._worker = worker
        self._stop_flag = stop_flag
        self._bell = bell
        now = time.monotonic()
        self._deadline = Deadline(bell.time_limit * SAFETY_PART, stop_flag)
        self._round_end = now + min(LONGEST_ROUND_SECONDS, bell.time_limit / ROUND_PART)
        self._claimable = claimable(operations, bell.time_limit, settings.celery_task_time_limit)

    def run(self) -> int:
        """Number of chunks that were computed; a worker that is to end takes none."""
        chunks = 0
        if self._stop_flag.is_set():
            return chunks
        chunk = self._api.claim(self._next_claim(), self._deadline)
        while chunk is not None:
            chunks += 1
            chunk = self._work(chunk)
        return chunks

    def _next_claim(self) -> ClaimRequest:
        """The token is named here, so that a repeat after a lost answer gets the same chunk."""
        token = uuid.uuid4().hex
        worker, bell = self._worker, self._bell
        return ClaimRequest(worker.name, bell.queue, self._claimable, bell.delivery, token, worker.incarnation)

    def _work(self, chunk: ClaimedChunk) -> ClaimedChunk | None:
        set_request_id(chunk.request_id)
        started = time.monotonic()
        try:
            output = self._compute(chunk)
        except Stopped:
            logger.info("batch=%s first_row=%d released", chunk.batch_id, chunk.first_row)
            self._api.release(ReleaseRequest(chunk.token), self._deadline)
            return None
        except DeviceLost as lost:
            logger.error("batch=%s first_row=%d goes back: %s", chunk.batch_id, chunk.first_row, lost.reason)
            self._stop_flag.set(lost.reason)  # the parent reads it, ends this worker and tells why
            self._api.release(ReleaseRequest(chunk.token, lost_device=lost.reason), self._deadline)
            return None
        except Exception as error:
            logger.exception("batch=%s first_row=%d failed", chunk.batch_id, chunk.first_row)
            detail = f"{type(error).__name__}: {error}"[:500]
            self._api.fail(FailRequest(chunk.token, OPERATION_FAILED, detail), self._deadline)
            return None
        rows = output.count(b"\n")
        milliseconds = (time.monotonic() - started) * 1000
        logger.info(
            "batch=%s first_row=%d rows=%d operation=%s computed in %.1f ms",
            chunk.batch_id, chunk.first_row, rows, chunk.operation, milliseconds,
        )  # fmt: skip
        return self._api.report(chunk.token, output, self._following(), self._deadline)

    def _following(self) -> ClaimRequest | None:
        if time.monotonic() > self._round_end or self._stop_flag.is_set():
            return None
        return self._next_claim()

    def _compute(self, chunk: ClaimedChunk) -> bytes:
        operation = serving(self._operations, chunk.operation)
        function = operation.function_here()
        place = ChunkPlace(chunk.token)
        media = RemoteMedia(self._api, place, self._stop_flag)
        context = Context(self._settings, msgspec.json.decode(chunk.options), self._stop_flag, media)

        def of_row(row: int, record: Any) -> Any:
            place.row = row
            return function(record, context)

        with Renewal(self._api, chunk.token, chunk.lease_seconds, context, operation.hang_seconds):
            return compute(operation, of_row, chunk.first_row, bytes(chunk.records))


def serving(operations: Mapping[str, Operation], name: str) -> Operation:
    """What computes a chunk of this operation: one serves the loads of all resources. KeyError."""
    return operations[LOAD if name.startswith(LOAD_PREFIX) and LOAD in operations else name]


def time_limit_of(operation: Operation, default: int) -> int:
    return operation.time_limit or default


def claimable(operations: Mapping[str, Operation], time_limit: float, default: int) -> list[str]:
    """The operations that this round has time for: none whose limit is longer than this task's."""
    return [name for name, operation in operations.items() if time_limit_of(operation, default) <= time_limit]
