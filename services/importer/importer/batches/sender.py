"""Who sends a batch, and whether he may: an operation has a right of its own, beside that of the call."""

from flask import request

from importer.ledger.batch import operation_of
from importer.registry.loads import resource_of
from importer.services import services
from stackroom_kit.authorization import current_actor, require_rights
from stackroom_kit.rights import Right


def right_of(operation: str) -> Right:
    """What it takes to send a batch of it, and to change one. Of one that nobody knows any more, the highest."""
    known = services().registry.get(operation)
    if known is not None:
        return known.description.right
    return "editor" if resource_of(operation) is not None else "admin"


def check_right(operation: str) -> None:
    """Problem 403. It is asked whenever a batch of the operation is made, looked at beforehand, or changed."""
    require_rights(right_of(operation))


def right_of_batch() -> tuple[Right, ...]:
    """Of the operation of the batch that the path names; nothing where there is no such batch."""
    operation = operation_of(services().engine, str((request.view_args or {}).get("batch_id")))
    return () if operation is None else (right_of(operation),)


def sent_by() -> dict[str, str]:
    """Of the request at hand, as a new batch keeps it: the names stay as they were."""
    actor = current_actor()
    return {"actor_id": actor.id, "actor_name": actor.name, "actor_kind": actor.kind}
