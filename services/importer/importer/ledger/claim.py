"""claim: a worker takes the due chunk of the batch that was served least recently."""

import dataclasses
from typing import Any

from sqlalchemy import Connection, Engine, Row
from sqlalchemy.exc import IntegrityError

from importer.ledger.limits import MAX_EXPIRED
from importer.ledger.statements import CLAIM


@dataclasses.dataclass(frozen=True)
class Claimant:
    """Who claims, for which queue and operations. ``token`` is named by the worker, so a repeat finds its chunk.

    ``only_batch`` narrows the claim to one batch, as the eager mode does. ``incarnation`` is None for what has none.
    """

    worker: str
    queue: str
    operations: tuple[str, ...]
    delivery: str
    token: str
    only_batch: str | None = None
    incarnation: str | None = None

    def parameters(self, lease_seconds: int) -> dict[str, Any]:
        return {
            "worker": self.worker,
            "queue": self.queue,
            "operations": list(self.operations),
            "delivery": self.delivery,
            "next_token": self.token,
            "only_batch": self.only_batch,
            "incarnation": self.incarnation,
            "lease": lease_seconds,
            "max_expired": MAX_EXPIRED,
        }


@dataclasses.dataclass(frozen=True)
class ClaimedChunk:
    """``records`` and ``options`` are JSON texts as they were stored."""

    token: str
    batch_id: str
    first_row: int
    attempts: int
    records: str
    operation: str
    options: str
    request_id: str


def claimed_chunk(row: Row[Any], token: str) -> ClaimedChunk:
    return ClaimedChunk(
        token,
        row.batch_id,
        row.first_row,
        row.attempts,
        row.records,
        row.operation,
        row.options,
        row.request_id,
    )


def _try_claim(connection: Connection, claimant: Claimant, lease_seconds: int) -> ClaimedChunk | None:
    row = connection.execute(CLAIM, claimant.parameters(lease_seconds)).first()
    return None if row is None else claimed_chunk(row, claimant.token)


def claim(engine: Engine, claimant: Claimant, lease_seconds: int) -> ClaimedChunk | None:
    """The chunk now leased under the claimant's token, or None where nothing is due.

    Two copies of one claim may run at once; the index on tokens lets one through, and the other then finds
    the chunk that the first one took. A token whose chunk is finished claims nothing.
    """
    with engine.connect() as connection:
        try:
            return _try_claim(connection, claimant, lease_seconds)
        except IntegrityError:
            pass
        try:
            return _try_claim(connection, claimant, lease_seconds)
        except IntegrityError:
            return None
