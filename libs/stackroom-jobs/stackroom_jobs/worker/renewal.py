"""A thread that keeps the lease of the chunk at hand, and learns when it is over."""

import logging
import threading
from types import TracebackType

import urllib3

from stackroom_jobs.protocol import RenewRequest
from stackroom_jobs.worker.client import WorkerAPI
from stackroom_jobs.worker.context import Context

LEASE_PART = 3  # a lease is renewed after a third of it, so two renewals may fail
logger = logging.getLogger(__name__)


class Renewal:
    """Around the computation of one chunk. A chunk that takes less than a third of its lease costs no call."""

    def __init__(self, api: WorkerAPI, token: str, lease_seconds: int, context: Context) -> None:
        self._api = api
        self._token = token
        self._pause = lease_seconds / LEASE_PART
        self._context = context
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
            request = RenewRequest(self._token, self._context.current, self._context.total)
            try:
                goes_on = self._api.renew(request)
            except urllib3.exceptions.HTTPError as error:
                logger.warning("could not renew a lease: %s", type(error).__name__)
                continue
            if not goes_on and not self._ended.is_set():
                self._context.is_lease_over = True
                return
