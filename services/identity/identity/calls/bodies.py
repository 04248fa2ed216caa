"""What bodies and answers of several calls share."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from identity.users import MAX_FULL_NAME

MAX_BODY_BYTES = 64 * 1024
Name = Annotated[str, Meta(max_length=64, description="In upper or lower case; it is kept in lower case.")]
FullName = Annotated[str, Meta(max_length=MAX_FULL_NAME, description="As people write it.")]
Secret = Annotated[str, Meta(max_length=1024, extra_json_schema={"format": "password", "writeOnly": True})]


class Done(msgspec.Struct):
    """``status`` is what was done."""

    status: str


class Ended(msgspec.Struct):
    """``count`` sessions are over."""

    status: str
    count: int


def changes_of(body: msgspec.Struct) -> dict[str, Any]:
    """Only what was sent."""
    return {name: value for name, value in msgspec.structs.asdict(body).items() if value is not msgspec.UNSET}


def as_id(text: str) -> UUID:
    """Of what stands in a signed header, so it is one."""
    return UUID(text)
