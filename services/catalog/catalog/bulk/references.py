"""Rows that belong to rows of other resources: found by name, and held until the call is over."""

from collections import Counter
from collections.abc import Iterable
from operator import attrgetter
from typing import Any

from msgspec import UNSET
from sqlalchemy import ARRAY, Connection, Text, bindparam, func, select

from catalog.bulk.items import Items
from catalog.crud.columns import is_text
from catalog.crud.refusals import GROUPS, unknown, unknown_kind
from catalog.crud.resource import Reference
from catalog.crud.texts import Normal


def resolve_references(connection: Connection, references: Iterable[Reference], items: Items) -> None:
    """Puts ids in the place of names. What names no row, or several, is refused; the others' rows stay."""
    for reference in references:
        _resolve_names(connection, reference, items)
        _hold(connection, reference, items)


def _resolve_names(connection: Connection, reference: Reference, items: Items) -> None:
    said = list(map(attrgetter(reference.named), items.records.values()))
    if said.count(UNSET) == len(said):
        return
    names = {index: name for index, name in zip(items.records, said, strict=True) if name is not UNSET}
    counts, ids = _by_name(connection, reference, {name for name in names.values() if isinstance(name, str)})
    for index, name in names.items():
        if getattr(items.records[index], reference.field) is not UNSET:
            detail = f"Give {reference.field} or {reference.named}, not both."
            items.refuse(index, "two_references", detail, reference.named)
        elif not isinstance(name, str) or counts[name] != 1:
            _refuse_name(reference, items, index, name, counts[name] if isinstance(name, str) else 0)
        else:
            items.replace(index, **{reference.field: ids[name], reference.named: UNSET})


def _refuse_name(reference: Reference, items: Items, index: int, name: Any, count: int) -> None:
    shown = repr(str(name)[:50])
    if count:
        code = "ambiguous_group" if reference.resource.name == GROUPS else "ambiguous_reference"
        detail = f"{count} {reference.resource.many.lower()} are called {shown}."
    else:
        code = unknown_kind(reference).code
        detail = f"No {reference.noun} is called {shown}."
    items.refuse(index, code, detail, reference.named)


def _by_name(connection: Connection, reference: Reference, names: set[str]) -> tuple[Counter[str], dict[str, int]]:
    """How many rows have each name in its normal form, and the id of one of them. ``names`` have theirs already."""
    name = Normal(reference.by) if is_text(reference.by) else reference.by
    query = select(name.label("name"), reference.target.c.id)
    query = query.where(name == func.any(bindparam("names", type_=ARRAY(Text))))
    rows = connection.execute(query, {"names": sorted(names)}).all()
    return Counter(row.name for row in rows), {row.name: row.id for row in rows}


def _hold(connection: Connection, reference: Reference, items: Items) -> None:
    """Locks the rows against deletion until the call is over."""
    wanted = items.values(reference.field)
    row_id: Any = reference.target.c.id
    query = select(row_id).where(row_id == func.any(bindparam("ids"))).order_by(row_id)
    query = query.with_for_update(read=True, key_share=True)
    missing = wanted - set(connection.execute(query, {"ids": sorted(wanted)}).scalars())
    if not missing:
        return
    code = unknown_kind(reference).code
    for index, record in list(items.records.items()):
        if getattr(record, reference.field) in missing:
            items.refuse(index, code, unknown(reference), reference.field)
