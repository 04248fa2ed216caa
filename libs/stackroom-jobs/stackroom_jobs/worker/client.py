"""The worker's side of the worker API: one pool of connections per process, and every call may be repeated."""

import logging
import random
import time
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
import urllib3
from urllib3 import BaseHTTPResponse

from stackroom_jobs.protocol import (
    CONTRACT_DIFFERS,
    CONTRACT_HEADER,
    CONTRACT_VERSION,
    NOT_ADMITTED,
    ClaimedChunk,
    ClaimRequest,
    FailRequest,
    Goodbye,
    Heartbeat,
    LostRequest,
    Registered,
    Registration,
    ReleaseRequest,
    RenewAnswer,
    RenewRequest,
)
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.lifecycle import Deadline
from stackroom_jobs.worker.registration import WorkerName
from stackroom_kit.request_id import HEADER, current_request_id

TIMEOUT = urllib3.Timeout(connect=3, read=10)  # seconds
GOODBYE_TIMEOUT = urllib3.Timeout(connect=2, read=2)
FIRST_PAUSE_SECONDS = 0.2
LONGEST_PAUSE_SECONDS = 3.0
GONE = 409
JSON = {"Content-Type": "application/json"}
logger = logging.getLogger(__name__)
M = TypeVar("M")


class WorkerAPIError(Exception):
    """The worker API did not take a call in time, or refused it for good."""


class NotAdmittedError(WorkerAPIError):
    """The importer lets this worker do nothing as it is: its token is not known, or not for its queues."""


class ContractError(NotAdmittedError):
    """The importer speaks another version of the contract."""


class WorkerAPI:
    """Calls that a restart of the importer only delays."""

    def __init__(self, settings: WorkerSettings) -> None:
        self._base = settings.worker_api_url
        self._token = settings.worker_token.reveal()
        self._pool = urllib3.PoolManager(maxsize=4, retries=False)

    def _send(
        self, method: str, path: str, body: bytes | None, more: Mapping[str, str], timeout: urllib3.Timeout = TIMEOUT
    ) -> BaseHTTPResponse:
        headers = {
            "Authorization": f"Bearer {self._token}",
            HEADER: current_request_id(),
            CONTRACT_HEADER: str(CONTRACT_VERSION),
            **more,
        }
        url = self._base + path
        return self._pool.request(method, url, body=body, headers=headers, redirect=False, timeout=timeout)

    def _post(self, path: str, body: bytes) -> tuple[int, bytes]:
        answer = self._send("POST", path, body, JSON)
        return answer.status, answer.data

    def _post_until(self, path: str, body: bytes, deadline: Deadline) -> tuple[int, bytes]:
        answer = self.send_until(deadline, "POST", path, body, JSON)
        return _checked(path, answer.status, answer.data)

    def send_until(
        self, deadline: Deadline, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> BaseHTTPResponse:
        """Repeat while there is no answer or a 5xx; every call of this API may come twice. WorkerAPIError."""
        pause = FIRST_PAUSE_SECONDS
        while True:
            try:
                answer = self._send(method, path, body, headers)
                if answer.status < 500:
                    return answer
                trouble = str(answer.status)
            except urllib3.exceptions.HTTPError as error:
                trouble = type(error).__name__
            if not deadline.leaves(pause):
                raise WorkerAPIError(f"{path.partition('?')[0]}: no answer in time ({trouble})")
            logger.warning("%s: %s, trying again", path.partition("?")[0], trouble)
            time.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - so that workers do not all come at once
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def claim(self, asked: ClaimRequest, deadline: Deadline) -> ClaimedChunk | None:
        """A chunk, or None where nothing is due."""
        return _claimed_chunk(*self._post_until("/internal/claim", msgspec.json.encode(asked), deadline))

    def report(
        self, token: str, output: bytes, following: ClaimRequest | None, deadline: Deadline
    ) -> ClaimedChunk | None:
        """Hand in outcomes; gives the next chunk where one was asked for and is due. None also where it was refused."""
        query = {"token": token}
        if following is not None:
            query |= {
                "next_token": following.token,
                "worker": following.worker,
                "queue": following.queue,
                "operations": ",".join(following.operations),
                "delivery": following.delivery,
                "incarnation": following.incarnation,
            }
        status, data = self._post_until(f"/internal/report?{urlencode(query)}", output, deadline)
        if status == GONE:
            logger.warning("a report came too late: its chunk was taken over or cancelled")
        return _claimed_chunk(status, data)

    def renew(self, asked: RenewRequest) -> bool:
        """Whether to go on. One try only: the next renewal is the repeat."""
        status, data = self._post("/internal/renew", msgspec.json.encode(asked))
        return status != 200 or not msgspec.json.decode(data, type=RenewAnswer).stop

    def fail(self, asked: FailRequest, deadline: Deadline) -> None:
        self._post_until("/internal/fail", msgspec.json.encode(asked), deadline)

    def release(self, asked: ReleaseRequest, deadline: Deadline) -> None:
        self._post_until("/internal/release", msgspec.json.encode(asked), deadline)

    def lost(self, asked: LostRequest, deadline: Deadline) -> None:
        self._post_until("/internal/lost", msgspec.json.encode(asked), deadline)

    def heartbeat(self, beat: Heartbeat) -> None:
        """NotAdmittedError where the importer refuses this worker as it is; WorkerAPIError for other refusals."""
        self._say("/internal/heartbeat", beat)

    def register(self, beat: Registration) -> Registered:
        """A heartbeat with descriptions; as above."""
        return msgspec.json.decode(self._say("/internal/register", beat), type=Registered)

    def _say(self, path: str, beat: Heartbeat) -> bytes:
        status, data = self._post(path, msgspec.json.encode(beat))
        if status == 200:
            return data
        problem = _problem(data)
        if problem.code == CONTRACT_DIFFERS:
            raise ContractError(problem.detail)
        if problem.code in NOT_ADMITTED:
            raise NotAdmittedError(problem.detail)
        raise WorkerAPIError(f"{path}: {status}: {problem.detail}")

    def goodbye(self, worker: WorkerName) -> None:
        """One short try: a worker that is to end waits for nobody, and is forgotten without it as well."""
        self._send(
            "POST",
            "/internal/goodbye",
            msgspec.json.encode(Goodbye(worker.name, worker.incarnation)),
            JSON,
            GOODBYE_TIMEOUT,
        )


class _Problem(msgspec.Struct):
    code: str = ""
    detail: str = ""


def _problem(data: bytes) -> _Problem:
    """Empty where the answer is none of the importer's, as from a proxy between."""
    try:
        return msgspec.json.decode(data, type=_Problem)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _Problem()


def _checked(path: str, status: int, data: bytes) -> tuple[int, bytes]:
    if status in (200, 204, GONE):
        return status, data
    raise WorkerAPIError(f"{path.partition('?')[0]}: {status}: {data[:300].decode(errors='replace')}")


def _claimed_chunk(status: int, data: bytes) -> ClaimedChunk | None:
    return msgspec.json.decode(data, type=ClaimedChunk) if status == 200 else None
