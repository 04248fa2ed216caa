"""What is made of a finished batch, which itself never changes: one retry and one undo at most, as new batches."""

from typing import Literal

from sqlalchemy import Engine

from importer.ledger.follow_ups import batches_of_keys

FollowUp = Literal["retry", "undo"]


def follow_up_key(what: FollowUp, batch_id: str) -> str:
    """The key of that batch. It has a space, which no key of a client may have."""
    return f"{what} {batch_id}"


def follow_ups(engine: Engine, batch_id: str) -> tuple[str | None, str | None]:
    """The ids of its retry and its undo, None of what nobody asked for yet."""
    retry, undo = follow_up_key("retry", batch_id), follow_up_key("undo", batch_id)
    ids = batches_of_keys(engine, [retry, undo])
    return ids.get(retry), ids.get(undo)
