"""Records as clients send them."""

from typing import Annotated

import msgspec

MAX_IDENTIFIER = 1000  # characters
Identifier = int | Annotated[str, msgspec.Meta(min_length=1, max_length=MAX_IDENTIFIER)]


class Record(msgspec.Struct, frozen=True, gc=False):
    """``id`` is a whole number or a non-empty text; ``payload`` is what the operation works on."""

    id: Identifier
    payload: str
