"""Messages of the worker API. The importer takes workers of its own contract and of the one before.

Every field has bounds: what is beyond them comes from no worker of ours, and must not stop the work of others.
"""

from enum import StrEnum
from typing import Annotated

import msgspec

from stackroom_jobs.description import Description

CONTRACT_VERSION = 4  # since 4 workers bring operations
OLDEST_CONTRACT = 3
CONTRACT_HEADER = "Stackroom-Contract"  # on every call of a worker
CONTRACT_DIFFERS = "contract_differs"  # the code of the answer to a worker of another contract
# ... to one whose token is not known, or not for a queue that it names.
NOT_ADMITTED = frozenset({"worker_token_needed", "queue_not_allowed"})
OPERATION_FAILED = "operation_failed"  # the code of a failure that is the whole chunk's

MAX_NAME = 200  # characters
MAX_LIST = 200
Name = Annotated[str, msgspec.Meta(pattern=rf"\A[^\x00-\x1f\x7f]{{1,{MAX_NAME}}}\Z")]
Key = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9_.:-]{1,100}\Z")]
Keys = Annotated[list[Key], msgspec.Meta(max_length=MAX_LIST)]
Short = Annotated[str, msgspec.Meta(max_length=MAX_NAME)]
Sentence = Annotated[str, msgspec.Meta(max_length=2000)]
# What a driver says, in full; the importer keeps its beginning.
Reason = Annotated[str, msgspec.Meta(max_length=20_000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Incarnation = Annotated[str, msgspec.Meta(pattern=r"\A[0-9a-f]{1,64}\Z")]


class ClaimRequest(msgspec.Struct):
    """``delivery`` is the Celery task id; ``token`` is named by the worker, so a repeat finds the same chunk.

    ``incarnation`` is new with each start of the worker.
    """

    worker: Name
    queue: Key
    operations: Keys
    delivery: Key
    token: Key
    incarnation: Incarnation


class ClaimedChunk(msgspec.Struct):
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
    """``current`` of ``total`` units of the record at hand are done; 0 of 0 where nobody counts."""

    token: Key
    current: Count = 0
    total: Count = 0


class RenewAnswer(msgspec.Struct):
    """``stop``: the lease is over (cancelled, or taken by another)."""

    stop: bool


class FailRequest(msgspec.Struct):
    token: Key
    code: Key
    detail: Sentence


class ReleaseRequest(msgspec.Struct):
    """``lost_device`` says why, where the device failed: such a chunk waits longer with each time."""

    token: Key
    lost_device: Reason = ""


class Loss(StrEnum):
    """How a pool process ended that held a chunk; also the code of a record that ended several."""

    WORKER_LOST = "worker_lost"
    TIMED_OUT = "timed_out"


class LostRequest(msgspec.Struct):
    worker: Name
    delivery: Key
    reason: Loss


class Device(msgspec.Struct, frozen=True):
    """What a worker computes on. Memory in bytes, utilisation in percent; ``cuda`` is the newest the driver speaks.

    ``kind`` is ``cuda``, ``cpu`` or ``fake``; what the device does not tell is None.
    """

    kind: Short
    model: Short
    uuid: Short | None = None
    memory_total: Count | None = None
    memory_used: Count | None = None
    utilisation: Count | None = None
    driver: Short | None = None
    cuda: Short | None = None


class Goodbye(msgspec.Struct):
    """A worker that ends as it was told; one that fell ill stays in the register instead."""

    worker: Name
    incarnation: Incarnation


class Introduction(msgspec.Struct):
    """The part of a heartbeat that every version of the contract has."""

    worker: Name
    contract: Annotated[int, msgspec.Meta(ge=0, le=10**6)]
    host: Short = ""


class Heartbeat(msgspec.Struct):
    """Sent each second by a worker's parent process; queues by their logical names. The first one registers the worker.

    ``unhealthy`` says why this worker consumes nothing any more; it is its last heartbeat then.
    """

    worker: Name
    host: Short
    contract: int
    queues: Keys
    slots: Annotated[int, msgspec.Meta(ge=1, le=1024)]
    operations: Keys
    versions: Annotated[dict[Short, Short], msgspec.Meta(max_length=MAX_LIST)]
    incarnation: Incarnation
    device: Device | None = None
    unhealthy: Reason = ""


class Registration(Heartbeat, kw_only=True):
    """A heartbeat with the descriptions of operations that the importer does not have itself.

    The first of a worker that has any, and again now and then: what it may serve depends on who else is there.
    """

    described: Annotated[list[Description], msgspec.Meta(max_length=MAX_LIST)]


class Registered(msgspec.Struct):
    """Why the worker may not serve some of its operations now, by their names. It may, once it is told so no more."""

    refused: dict[str, str] = {}


class Picture(msgspec.Struct):
    """The name under which a delivered picture is served."""

    name: str
