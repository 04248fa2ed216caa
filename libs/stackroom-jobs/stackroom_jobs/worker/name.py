"""What a worker is called: a name that stays when it is started again, and an incarnation that is new with each start.

The importer frees what the former incarnation of a name held, so a name must be no other worker's. Without
WORKER_NAME it is made of the host and a slot: the first that no worker of this kind on this host holds. A record lock
holds it: that ends with the process, however the process ends, and children do not inherit it.
"""

import dataclasses
import itertools
import os
import socket
import tempfile
import uuid
from pathlib import Path

from stackroom_kit.record_locks import RecordLocks

NAME_VARIABLE = "STACKROOM_WORKER_NAME"
INCARNATION_VARIABLE = "STACKROOM_WORKER_INCARNATION"
_held: list[RecordLocks] = []  # which last as long as this process


@dataclasses.dataclass(frozen=True)
class WorkerName:
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
