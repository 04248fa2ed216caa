"""The items of a bulk call: records of one type by their index, and outcomes of those that may not be written."""

from collections import defaultdict
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET

from catalog.bulk.outcomes import Outcome, failed
from catalog.crud.resource import Resource

Fields = tuple[str, ...]
Records = dict[int, Any]  # by index
_encoder = msgspec.json.Encoder()


def record_type(resource: Resource) -> type[msgspec.Struct]:
    """A field that an item leaves out is UNSET. What it belongs to may be named (``group``) instead of its id."""
    members: list[Any] = [
        (field.name, field.annotation)
        if field.name == "id" and not resource.is_made
        else (field.name, field.annotation | msgspec.UnsetType, UNSET)
        for field in resource.schema.own_fields
    ]
    members += [(one.named, str | msgspec.UnsetType, UNSET) for one in resource.references]
    return msgspec.defstruct("Item", members, kw_only=True, forbid_unknown_fields=True, omit_defaults=True, gc=False)


class Items:
    """``records`` may be written, in their order; every other index has its outcome. Records are never changed.

    ``alike`` is there where all say the same fields: these, and the JSON of all. It goes as soon as one is another.
    """

    def __init__(
        self, records: Records, outcomes: dict[int, Outcome], count: int, alike: tuple[Fields, str] | None = None
    ) -> None:
        self.records = records
        self.outcomes = outcomes
        self.count = count
        self._alike = alike

    def copy(self) -> "Items":
        """For one try of several."""
        return Items(dict(self.records), dict(self.outcomes), self.count, self._alike)

    def refuse(self, index: int, code: str, detail: str, field: str) -> None:
        row_id = self.records.pop(index).id
        self.outcomes[index] = failed(index, None if row_id is UNSET else row_id, code, detail, field)
        self._alike = None

    def replace(self, index: int, **values: Any) -> None:
        self.records[index] = msgspec.structs.replace(self.records[index], **values)
        self._alike = None

    def values(self, field: str) -> set[Any]:
        """What the records say in one field."""
        return set(map(attrgetter(field), self.records.values())) - {None, UNSET}

    def by_fields(self, names: Fields) -> dict[Fields, Records]:
        """Records that say the same of ``names`` together."""
        if self._alike is not None:
            return {self._alike[0]: dict(self.records)}
        return by_fields(self.records, names)

    def as_json(self, records: Records) -> str:
        """A JSON array of some of them, each with the fields that it says."""
        if self._alike is not None and len(records) == self.count:
            return self._alike[1]
        return as_json(records)

    def in_order(self) -> list[Outcome]:
        return [self.outcomes[index] for index in range(self.count)]


def by_fields(records: Records, names: Fields) -> dict[Fields, Records]:
    optional = [name for name in names if name != "id"]
    unset = {name: list(map(attrgetter(name), records.values())).count(UNSET) for name in optional}
    if all(number in (0, len(records)) for number in unset.values()):
        return {("id", *(name for name in optional if not unset[name])): dict(records)} if records else {}
    found: dict[Fields, Records] = defaultdict(dict)
    for index, record in records.items():
        given = tuple(name for name in optional if getattr(record, name) is not UNSET)
        found["id", *given][index] = record
    return found


def as_json(records: Records) -> str:
    return _encoder.encode(list(records.values())).decode()
