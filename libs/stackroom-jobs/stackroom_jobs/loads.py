"""What stands in the results of operations that load the catalog."""

from enum import StrEnum

import msgspec


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
