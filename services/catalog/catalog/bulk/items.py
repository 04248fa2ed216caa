"""The items of a bulk call, each checked by the resource's own schema before the database hears of it."""

import dataclasses
from typing import Any

from catalog.bulk.outcomes import Outcome, failed
from catalog.crud.schema import Schema
from stackroom_kit.problems import Problem
from stackroom_kit.texts import normal_text


@dataclasses.dataclass(frozen=True)
class Item:
    """``values`` are the fields that the item names, ``id`` among them; ``reference_name`` names what it belongs to."""

    index: int
    id: int
    values: dict[str, Any]
    reference_name: Any = None


class Checked:
    """Items that may be written, and outcomes of those that may not, by index."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.outcomes: dict[int, Outcome] = {}

    def refuse(self, item: Item, code: str, detail: str, field: str) -> None:
        self.outcomes[item.index] = failed(item.index, item.id, code, detail, field)


def check_items(raw: list[Any], schema: Schema, name_field: str | None) -> Checked:
    """``name_field`` is the field that may name a reference by its name instead of its id."""
    checked = Checked()
    seen: dict[int, int] = {}
    for index, item in enumerate(raw):
        try:
            made = _item(index, item, schema, name_field)
        except Problem as problem:
            checked.outcomes[index] = _refused(index, item, problem)
            continue
        if made.id in seen:
            detail = f"Item {seen[made.id]} has the same id."
            checked.outcomes[index] = failed(index, made.id, "duplicate_of", detail)
            continue
        seen[made.id] = index
        checked.items.append(made)
    return checked


def _item(index: int, item: Any, schema: Schema, name_field: str | None) -> Item:
    name = None
    if isinstance(item, dict) and name_field in item:
        name = item[name_field]
        name = normal_text(name) if isinstance(name, str) else name
        item = {key: value for key, value in item.items() if key != name_field}
    values = schema.given(item)
    return Item(index, values["id"], values, name)


def _refused(index: int, item: Any, problem: Problem) -> Outcome:
    """The first fault; a row that names its fields wrongly has rarely one reason only."""
    row_id = item.get("id") if isinstance(item, dict) else None
    error = problem.errors[0]
    return failed(index, row_id, error.code, error.detail, error.pointer.removeprefix("/"))
