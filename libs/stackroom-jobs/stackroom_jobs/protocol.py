"""Messages of the worker API. ``CONTRACT_VERSION`` grows when an older worker could not follow any more."""

from typing import Literal

import msgspec

CONTRACT_VERSION = 1


class ClaimRequest(msgspec.Struct):
    """``delivery`` is the Celery task id; ``token`` is named by the worker, so a repeat finds the same chunk."""

    worker: str
    queue: str
    operations: list[str]
    delivery: str
    token: str


class Claim(msgspec.Struct):
    """A chunk under lease. ``records[i]`` is row ``first_row + i``; null is a refused row, without an outcome."""

    token: str
    batch_id: str
    first_row: int
    operation: str
    options: msgspec.Raw
    request_id: str
    attempt: int
    lease_seconds: int
    records: msgspec.Raw


class RenewRequest(msgspec.Struct):
    """``current`` of ``total`` units of a long record are done; 0 of 0 where nobody counts."""

    token: str
    current: int = 0
    total: int = 0


class RenewAnswer(msgspec.Struct):
    """``stop``: the lease is over (cancelled, or taken by another)."""

    stop: bool


class FailRequest(msgspec.Struct):
    token: str
    code: str
    detail: str


class ReleaseRequest(msgspec.Struct):
    token: str
    not_before_seconds: float = 0


class LostRequest(msgspec.Struct):
    worker: str
    delivery: str
    reason: Literal["worker_lost", "timed_out"]


class Heartbeat(msgspec.Struct):
    """Sent every few seconds by a worker's parent process; queues by their logical names."""

    worker: str
    host: str
    contract: int
    queues: list[str]
    slots: int
    operations: list[str]
    versions: dict[str, str]
