"""Rows of the operations that load the catalog: what clients send, and what stands in the results afterwards."""

from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec

from stackroom_jobs.outcomes import RecordError
from stackroom_kit.texts import normal_text

RowId = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
Text = str | msgspec.UnsetType | None


class GroupRow(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """A field that is left out stays as it is in the catalog; null clears it. A misspelt one is refused, not lost."""

    id: RowId
    name: Text = msgspec.UNSET
    comment: Text = msgspec.UNSET


class TypeRow(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """Belongs to a group by ``group_id``, or by the group's name in ``group``.

    ``group_name`` is what the catalog shows of a type, and so what its export has. The importer takes it out.
    """

    only_shown: ClassVar[tuple[str, ...]] = ("group_name",)
    id: RowId
    file_name: Text = msgspec.UNSET
    comments: Text = msgspec.UNSET
    group_id: RowId | msgspec.UnsetType | None = msgspec.UNSET
    group: Text = msgspec.UNSET
    group_name: Text = msgspec.UNSET


class Change(StrEnum):
    """What the catalog did with a row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    REMOVED = "removed"


class Applied(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a row: ``change`` is a Change; ``etag`` is the row's own after that.

    ``dry_run``: it would have, and nothing was changed.
    """

    id: int
    change: str
    etag: str | None = None
    dry_run: bool = False


def _clean(text: Text) -> Text:
    return normal_text(text) if isinstance(text, str) else text


def normalize_group(row: GroupRow) -> GroupRow:
    return GroupRow(row.id, _clean(row.name), _clean(row.comment))


def normalize_type(row: TypeRow) -> TypeRow:
    """RecordError for a row that names its group twice. An empty ``group_id`` is as if it were not there."""
    group_id = msgspec.UNSET if row.group_id is None else row.group_id
    group = _clean(row.group) or msgspec.UNSET
    if group_id is not msgspec.UNSET and group is not msgspec.UNSET:
        raise RecordError("two_groups", "Name the group by group_id or by group, not by both.", "group")
    return TypeRow(row.id, _clean(row.file_name), _clean(row.comments), group_id, group)
