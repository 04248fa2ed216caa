"""Records as clients send them."""

from typing import Annotated

import msgspec

MAX_IDENTIFIER = 1000  # characters
Identifier = int | Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_IDENTIFIER)]


def shown_fields(record_type: type[msgspec.Struct]) -> tuple[str, ...]:
    """Fields that the catalog only shows. A record may have them, since an export has; they are passed over."""
    fields: tuple[str, ...] = getattr(record_type, "only_shown", ())
    return fields


def own_fields(record_type: type[msgspec.Struct]) -> tuple[str, ...]:
    """All the other fields, in their order."""
    shown = shown_fields(record_type)
    return tuple(name for name in record_type.__struct_fields__ if name not in shown)


class Record(msgspec.Struct, frozen=True, gc=False):
    """``id`` is a whole number or a non-empty text; ``payload`` is what the operation works on."""

    id: Identifier
    payload: str
