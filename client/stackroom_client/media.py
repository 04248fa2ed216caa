"""Operations whose records name a media file, and the record of a file that is sent to one."""

import dataclasses
from pathlib import Path
from typing import Any

from stackroom_client.context import Context
from stackroom_client.errors import UsageError
from stackroom_client.texts import one_line

LONGEST_ID = 1000  # characters of a file's name, so that its record is not too long


@dataclasses.dataclass(frozen=True)
class MediaReader:
    """``field`` of a record names the file. ``id_types`` are the JSON types of its id, none where it has no id."""

    operation: str
    field: str
    id_types: tuple[str, ...]

    def record(self, name: str, stored: str) -> dict[str, Any]:
        """Of the file of this name, which the server has as ``stored``."""
        numbered = {"id": Path(name).name[:LONGEST_ID] if "string" in self.id_types else 1} if self.id_types else {}
        return {**numbered, self.field: stored}


def media_readers(context: Context) -> list[MediaReader]:
    """In the server's order. UsageError for an answer that lists no operations."""
    answer = context.server.get("/api/importer/operations")
    items = answer.get("items") if isinstance(answer, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise UsageError("the answer is no list of operations: is that a Stackroom server?")
    return [_reader(item) for item in items if item.get("reads_media")]


def _reader(item: dict[str, Any]) -> MediaReader:
    """A server of before tells no field: it knew only ``payload``."""
    properties = (item.get("schema") or {}).get("properties") or {}
    types = (properties.get("id") or {}).get("type") or ()
    field = item.get("media_field") or "payload"
    return MediaReader(str(item.get("name")), field, (types,) if isinstance(types, str) else tuple(types))


def media_reader(context: Context, named: str | None) -> MediaReader:
    """The operation of this name, else the first. UsageError where that reads no media."""
    readers = media_readers(context)
    found = next((one for one in readers if named in (None, one.operation)), None)
    if found is None and named is None:
        raise UsageError(f"no operation of {context.server.address.shown} reads videos")
    if found is None:
        others = ", ".join(one_line(one.operation) for one in readers) or "none"
        raise UsageError(f"the operation {one_line(str(named))} reads no files as they are; these do: {others}")
    return found
