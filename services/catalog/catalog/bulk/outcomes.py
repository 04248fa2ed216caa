"""What became of the rows of a call, in their order."""

from collections import Counter
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from catalog.crud.body import FIELD_FAULTS
from stackroom_kit.api import Count, one_of

OUTCOMES = ("created", "updated", "unchanged", "skipped", "failed")
CHANGED = ("created", "updated", "unchanged")
# Beside those of its fields.
ITEM_FAULTS = (
    "ambiguous_group", "ambiguous_reference", "atomic", "broken_rule", "duplicate_of", "exists", "not_unique",
    "two_references", "unknown_group", "unknown_reference",
)  # fmt: skip


class Outcome(msgspec.Struct, gc=False):
    """Of one item; ``removed`` and ``left`` are said to the importer alone."""

    index: Count
    id: Annotated[Any, Meta(description="As it was sent.")]
    outcome: Annotated[str, one_of(OUTCOMES)]
    code: Annotated[str, one_of(sorted({*FIELD_FAULTS, *ITEM_FAULTS}))] | UnsetType = UNSET
    field: str | UnsetType = UNSET
    detail: str | UnsetType = UNSET
    etag: str | UnsetType = UNSET


class BulkAnswer(msgspec.Struct):
    outcomes: list[Outcome]
    counts: dict[str, int]
    dry_run: bool


def failed(index: int, row_id: Any, code: str, detail: str, field: str = "id") -> Outcome:
    return Outcome(index, row_id, "failed", code, field, detail)


def undone(outcomes: list[Outcome]) -> list[Outcome]:
    """What an all-or-nothing call says where a row failed: nothing was written."""
    return [_undone(one) if one.outcome in CHANGED else one for one in outcomes]


def _undone(one: Outcome) -> Outcome:
    return Outcome(one.index, one.id, "skipped", code="atomic", detail="Another row failed.")


def answer(outcomes: list[Outcome], dry_run: bool) -> BulkAnswer:
    counts = Counter(one.outcome for one in outcomes)
    return BulkAnswer(outcomes, dict(sorted(counts.items())), dry_run)
