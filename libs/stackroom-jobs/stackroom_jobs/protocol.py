"""Messages of the worker API. ``CONTRACT_VERSION`` grows when an older worker could not follow any more."""

from typing import Literal

import msgspec

CONTRACT_VERSION = 2  # since 2 videos and pictures travel by this API, no disk is shared
CONTRACT_HEADER = "Stackroom-Contract"  # on every call of a worker


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
    """``lost_device`` says why, where the device failed: such a chunk waits longer with each time."""

    token: str
    not_before_seconds: float = 0
    lost_device: str = ""


class LostRequest(msgspec.Struct):
    worker: str
    delivery: str
    reason: Literal["worker_lost", "timed_out"]


class Device(msgspec.Struct, frozen=True):
    """What a worker computes on. Memory in bytes, utilisation in percent; ``cuda`` is the newest the driver speaks.

    ``kind`` is ``cuda``, ``cpu`` or ``fake``; what the device does not tell is None.
    """

    kind: str
    model: str
    uuid: str | None = None
    memory_total: int | None = None
    memory_used: int | None = None
    utilisation: int | None = None
    driver: str | None = None
    cuda: str | None = None


class Goodbye(msgspec.Struct):
    """A worker that ends as it was told; one that fell ill stays in the register instead."""

    worker: str


class Introduction(msgspec.Struct):
    """The part of a heartbeat that every version of the contract has."""

    worker: str
    contract: int
    host: str = ""


class Heartbeat(msgspec.Struct):
    """Sent every few seconds by a worker's parent process; queues by their logical names.

    ``unhealthy`` says why this worker consumes nothing any more; it is its last heartbeat then.
    """

    worker: str
    host: str
    contract: int
    queues: list[str]
    slots: int
    operations: list[str]
    versions: dict[str, str]
    device: Device | None = None
    unhealthy: str = ""


class Picture(msgspec.Struct):
    """The name under which a delivered picture is served."""

    name: str
