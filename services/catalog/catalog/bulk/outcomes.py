"""What became of the rows of a call, in their order."""

from collections import Counter
from typing import Any

CHANGED = ("created", "updated", "unchanged")
# Beside those of its fields.
ITEM_FAULTS = ("ambiguous_group", "atomic", "duplicate_of", "exists", "two_references", "unknown_group")
Outcome = dict[str, Any]


def failed(index: int, row_id: Any, code: str, detail: str, field: str = "id") -> Outcome:
    return {"index": index, "id": row_id, "outcome": "failed", "code": code, "field": field, "detail": detail}


def undone(outcomes: list[Outcome]) -> list[Outcome]:
    """What an all-or-nothing call says where a row failed: nothing was written."""
    return [_undone(one) if one["outcome"] in CHANGED else one for one in outcomes]


def _undone(one: Outcome) -> Outcome:
    why = {"outcome": "skipped", "code": "atomic", "detail": "Another row failed."}
    return {"index": one["index"], "id": one["id"], **why}


def answer(outcomes: list[Outcome], dry_run: bool) -> dict[str, Any]:
    counts = Counter(one["outcome"] for one in outcomes)
    return {"outcomes": outcomes, "counts": dict(sorted(counts.items())), "dry_run": dry_run}
