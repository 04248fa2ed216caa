"""A thread that keeps the lease of the chunk at hand, learns when it is over, and notices when nothing moves."""

import logging
import threading
import time
from types import TracebackType

import urllib3

from stackroom_jobs.context import Context
from stackroom_jobs.protocol import ReleaseRequest, RenewRequest
from stackroom_jobs.worker.client import WorkerAPI, WorkerAPIError
from stackroom_jobs.worker.lifecycle import STOP_SECONDS, Deadline

LEASE_PART = 3  # a lease is renewed after a third of it, so two renewals may fail
logger = logging.getLogger(__name__)


class Renewal:
    """Around the computation of one chunk. A chunk that takes less than a third of its lease costs no call."""

    def __init__(
        self, api: WorkerAPI, token: str, lease_seconds: int, context: Context, hang_seconds: int | None = None
    ) -> None:
        self._api = api
        self._token = token
        self._pause = lease_seconds / LEASE_PART
        self._context = context
        self._hang_seconds = hang_seconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="renewal", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Does not wait for a call under way: the ledger ignores a renewal of a chunk that is reported."""
        self._ended.set()

    def _run(self) -> None:
        while not self._ended.wait(self._pause):
            if self._is_hung():
                self._give_up()
                return
            request = RenewRequest(self._token, self._context.current, self._context.total)
            try:
                goes_on = self._api.renew(request)
            except urllib3.exceptions.HTTPError as error:
                logger.warning("could not renew a lease: %s", type(error).__name__)
                continue
            if not goes_on and not self._ended.is_set():
                self._context.is_lease_over = True
                return

    def _is_hung(self) -> bool:
        silent = time.monotonic() - self._context.lived_at
        return self._hang_seconds is not None and silent > self._hang_seconds

    def _give_up(self) -> None:
        """The parent reads the reason, and ends this worker with whatever hangs; the chunk goes back before."""
        reason = f"nothing has moved for {self._hang_seconds} s: the device or a decoder hangs"
        logger.error("%s; the chunk goes back", reason)
        self._context.is_lease_over = True
        self._context.stop_flag.set(reason)
        try:
            self._api.release(ReleaseRequest(self._token, lost_device=reason), Deadline(STOP_SECONDS))
        except WorkerAPIError as error:
            logger.error("could not give it back, so its lease must end: %s", error)
