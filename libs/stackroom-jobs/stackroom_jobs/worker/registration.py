"""What a worker says of itself: a name that stays when it is started again, what it serves, what it computes on.

The importer frees what the former incarnation of a name held, so a name must be no other worker's. Without
WORKER_NAME it is made of the host and a slot: the first that no worker of this kind on this host holds. A record lock
holds it: that ends with the process, however the process ends, and children do not inherit it.
"""

import dataclasses
import itertools
import os
import platform
import socket
import tempfile
import uuid
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

from stackroom_jobs.protocol import CONTRACT_VERSION, Device, Heartbeat
from stackroom_kit.record_locks import RecordLocks

NAME_VARIABLE = "STACKROOM_WORKER_NAME"
INCARNATION_VARIABLE = "STACKROOM_WORKER_INCARNATION"
_held: list[RecordLocks] = []  # which last as long as this process


@dataclasses.dataclass(frozen=True)
class WorkerName:
    """``incarnation`` is new with each start."""

    name: str
    incarnation: str


def name_this_worker(service: str, chosen: str) -> WorkerName:
    """In the parent, before the pool is made: children find it in their environment. ``chosen`` may be empty."""
    os.environ[NAME_VARIABLE] = chosen or f"{service}@{socket.gethostname()}-{free_slot(service)}"
    os.environ[INCARNATION_VARIABLE] = uuid.uuid4().hex
    return inherited_name()


def inherited_name() -> WorkerName:
    """In a child: what its parent was named."""
    return WorkerName(os.environ[NAME_VARIABLE], os.environ[INCARNATION_VARIABLE])


def free_slot(service: str) -> int:
    """The lowest number that no living worker of this service and account holds on this host; held until we end."""
    path = Path(tempfile.gettempdir()) / f"stackroom-{service}-{os.getuid()}.slots"
    locks = RecordLocks(path)
    slot = next(filter(locks.take, itertools.count()))
    _held.append(locks)
    return slot


class DeviceWatch(Protocol):
    """What the parent asks of the device that its child computes on.

    It never touches the device in a way that would keep it busy or break a child's use.
    """

    def prepare(self) -> None:
        """Before anything is consumed: pin the children to the device. DeviceLost where it cannot be used."""

    def look(self) -> Device | None:
        """What the device says of itself now. DeviceLost where it is gone."""

    def versions(self) -> Mapping[str, str]:
        """Of the packages that compute, by name; only those that are installed."""


class NoDevice:
    """The processor, which needs no watching."""

    def prepare(self) -> None:
        return

    def look(self) -> None:
        return

    def versions(self) -> Mapping[str, str]:
        return {}


def first_heartbeat(queues: list[str], slots: int, operations: list[str], device: DeviceWatch) -> Heartbeat:
    """Registers this worker. ``queues`` by their logical names, ``slots`` the number of pool processes."""
    worker = inherited_name()
    return Heartbeat(
        worker=worker.name,
        host=socket.gethostname(),
        contract=CONTRACT_VERSION,
        queues=queues,
        slots=slots,
        operations=operations,
        versions={"python": platform.python_version(), "celery": version("celery"), **device.versions()},
        incarnation=worker.incarnation,
    )
