"""What was applied under which key, written in the transaction of the rows themselves.

``scope`` keeps the importer's keys apart from those of everybody else, so that no client can take a chunk's key.
"""

import dataclasses
import json
from typing import Any

from sqlalchemy import Connection, text

from stackroom_kit.idempotency import key_reused
from stackroom_kit.problems import ProblemKind
from stackroom_sql.engine import lock

CLOSED = "closed"
KEY_CLOSED = ProblemKind(409, "closed")
FIND = text("SELECT digest, outcome FROM catalog.applied_request WHERE scope = :scope AND key = :key")
WRITE = text(
    "INSERT INTO catalog.applied_request (scope, key, digest, outcome) VALUES (:scope, :key, :digest, :outcome)"
)
FORGET = text("DELETE FROM catalog.applied_request WHERE applied_at < now() - make_interval(days => :days)")


@dataclasses.dataclass(frozen=True)
class Key:
    scope: str
    key: str

    def parameters(self) -> dict[str, str]:
        return {"scope": self.scope, "key": self.key}


def applied_before(connection: Connection, key: Key, digest: str) -> str | None:
    """The answer that the same call got, as JSON; Problem 422 for another call, 409 for a key that was closed."""
    found = _locked(connection, key)
    if found is None:
        return None
    if found[0] == CLOSED:
        raise KEY_CLOSED("The key was closed: nothing will ever be applied under it.")
    if found[0] != digest:
        raise key_reused()
    return found[1]


def _locked(connection: Connection, key: Key) -> tuple[str, str] | None:
    """Digest and outcome. Two calls under one key come one after the other."""
    lock(connection, f"{key.scope} {key.key}")
    row = connection.execute(FIND, key.parameters()).first()
    return None if row is None else (row.digest, row.outcome)


def write(connection: Connection, key: Key, digest: str, answer: str) -> None:
    connection.execute(WRITE, {**key.parameters(), "digest": digest, "outcome": answer})


def close(connection: Connection, key: Key) -> dict[str, Any]:
    """Close the key for ever, unless something was applied under it: then that is the answer."""
    found = _locked(connection, key)
    if found is None:
        connection.execute(WRITE, {**key.parameters(), "digest": CLOSED, "outcome": "{}"})
    if found is None or found[0] == CLOSED:
        return {"state": "closed"}
    return {"state": "applied", "answer": json.loads(found[1])}


def forget_old(connection: Connection, days: int) -> int:
    return connection.execute(FORGET, {"days": days}).rowcount
