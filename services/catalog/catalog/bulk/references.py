"""Rows that belong to rows of another table: found by name, and held until the call is over."""

import dataclasses
from collections import Counter
from typing import Any

from sqlalchemy import ARRAY, Connection, Text, bindparam, func, select

from catalog.bulk.items import Checked, Item
from catalog.bulk.plain import PlainItems
from catalog.crud.resource import Reference
from catalog.crud.texts import Normal


def resolve_names(connection: Connection, reference: Reference, items: list[Item], checked: Checked) -> list[Item]:
    """Items with the id in the place of the name; a name that nobody or several have refuses its item."""
    if all(item.reference_name is None for item in items):
        return items
    texts = {item.reference_name for item in items if isinstance(item.reference_name, str)}
    counts, ids = _by_name(connection, reference, texts)
    kept = []
    for item in items:
        name = item.reference_name
        if name is None:
            kept.append(item)
        elif reference.field in item.values:
            detail = f"Give {reference.field} or {reference.name_field}, not both."
            checked.refuse(item, "two_references", detail, reference.name_field)
        elif not isinstance(name, str) or not counts[name]:
            checked.refuse(item, "unknown_group", f"No group is called {str(name)[:50]!r}.", reference.name_field)
        elif counts[name] > 1:
            detail = f"{counts[name]} groups are called {name[:50]!r}."
            checked.refuse(item, "ambiguous_group", detail, reference.name_field)
        else:
            kept.append(dataclasses.replace(item, values={**item.values, reference.field: ids[name]}))
    return kept


def _by_name(connection: Connection, reference: Reference, names: set[str]) -> tuple[Counter[str], dict[str, int]]:
    """How many rows have each name in its normal form, and the id of one of them. ``names`` have theirs already."""
    table: Any = reference.table
    name = Normal(table.c.name)
    query = select(name.label("name"), table.c.id).where(name == func.any(bindparam("names", type_=ARRAY(Text))))
    rows = connection.execute(query, {"names": sorted(names)}).all()
    return Counter(row.name for row in rows), {row.name: row.id for row in rows}


def _held(connection: Connection, reference: Reference, wanted: set[int]) -> set[int]:
    """Which of these rows are there, and stay: they are locked against deletion until the call is over."""
    table: Any = reference.table
    query = select(table.c.id).where(table.c.id == func.any(bindparam("ids"))).order_by(table.c.id)
    query = query.with_for_update(read=True, key_share=True)
    return set(connection.execute(query, {"ids": sorted(wanted)}).scalars())


def with_references(connection: Connection, reference: Reference | None, plain: PlainItems) -> PlainItems | None:
    """Items with ids in the place of names, the rows that they belong to held; None where an item has a wrong one."""
    if reference is None:
        return plain
    found = _with_ids(connection, reference, plain)
    if found is None:
        return None
    wanted = found.values(reference.field)
    return found if _held(connection, reference, wanted) == wanted else None


def _with_ids(connection: Connection, reference: Reference, plain: PlainItems) -> PlainItems | None:
    if reference.name_field not in plain.fields:
        return plain
    names = plain.values(reference.name_field)
    counts, ids = _by_name(connection, reference, names)
    if reference.field in plain.fields or any(counts[name] != 1 for name in names):
        return None
    return plain.with_ids(reference.name_field, reference.field, ids)


def without_unknown(connection: Connection, reference: Reference, items: list[Item], checked: Checked) -> list[Item]:
    """Items whose row is there, and stays until the call is over."""
    wanted = {item.values[reference.field] for item in items if reference.field in item.values}
    there = _held(connection, reference, wanted)
    kept = []
    for item in items:
        if reference.field in item.values and item.values[reference.field] not in there:
            detail = f"The {reference.field} names no group."
            checked.refuse(item, "unknown_group", detail, reference.field)
        else:
            kept.append(item)
    return kept
