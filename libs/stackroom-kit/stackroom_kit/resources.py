"""What the catalog tells of its resources, and importer and gateway read: JSON."""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

RowSchema = Annotated[dict[str, Any], Meta(description="JSON Schema of a row, as the calls show it.")]


class Titles(msgspec.Struct, frozen=True):
    """English: of one row, and of all of them."""

    one: str
    many: str


class DescribedResource(msgspec.Struct):
    """``name`` stands in the address; ``shown`` is the field that names a row to people."""

    name: str
    titles: Titles
    schema: RowSchema
    id: Annotated[Literal["given", "made"], Meta(description="Whether the client gives a new row its id.")]
    shown: str


class DescribedResources(msgspec.Struct):
    """In the catalog's order."""

    items: list[DescribedResource]
    total: Annotated[int, Meta(ge=0)]
