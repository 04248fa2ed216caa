"""Who sends a batch, and whether he may: an operation has a right of its own, beside that of the call."""

from stackroom_jobs.operation import Operation
from stackroom_kit.authorization import current_actor, require_rights


def check_right(operation: Operation) -> None:
    """Problem 403. It is asked whenever a batch of the operation is made: sent, retried or undone."""
    require_rights(operation.description.right)


def sent_by() -> dict[str, str]:
    """Of the request at hand, as a new batch keeps it: the names stay as they were."""
    actor = current_actor()
    return {"actor_id": actor.id, "actor_name": actor.name, "actor_kind": actor.kind}
