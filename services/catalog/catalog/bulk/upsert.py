"""A bulk upsert: a few statements in one transaction, whatever the number of rows."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection

from catalog.bulk.items import Checked, Item, check_items
from catalog.bulk.outcomes import Outcome, failed
from catalog.bulk.references import resolve_names, without_unknown
from catalog.bulk.statements import BulkStatements, Fields
from catalog.crud.etag import etag_of
from catalog.crud.repository import Repository
from catalog.crud.resource import Resource

_encoder = msgspec.json.Encoder()


@dataclasses.dataclass(frozen=True)
class Options:
    """``on_conflict`` is fail, skip or update."""

    on_conflict: str = "fail"
    atomic: bool = False
    dry_run: bool = False


class Upsert:
    """One resource's rows. Everything runs on the connection that is given, whose transaction is the caller's."""

    def __init__(self, resource: Resource, repository: Repository) -> None:
        self._schema = resource.schema
        self._reference = resource.reference
        self._repository = repository
        self._statements = BulkStatements(repository.table)
        required = (field.name for field in resource.schema.fields if field.is_required)
        self._required = frozenset(required)

    def run(self, connection: Connection, raw: list[Any], on_conflict: str) -> list[Outcome]:
        """An outcome for every item, in their order."""
        checked = check_items(raw, self._schema, self._reference.name_field if self._reference else None)
        items = checked.items
        if self._reference:
            items = resolve_names(connection, self._reference, items, checked)
            items = without_unknown(connection, self._reference, items, checked)
        for fields, group in _by_fields(items).items():
            self._write(connection, fields, group, on_conflict, checked)
        self._add_etags(connection, checked.outcomes)
        return [checked.outcomes[index] for index in range(len(raw))]

    def _write(
        self, connection: Connection, fields: Fields, items: list[Item], on_conflict: str, checked: Checked
    ) -> None:
        if self._required <= set(fields):
            changes = self._upsert(connection, fields, items, on_conflict)
        else:
            changes = self._change(connection, fields, items, on_conflict)
        for item in items:
            checked.outcomes[item.index] = _outcome(item, changes.get(item.id, _untouched(on_conflict)))

    def _upsert(self, connection: Connection, fields: Fields, items: list[Item], on_conflict: str) -> dict[int, str]:
        """What became of the rows that were written, by id."""
        statement = self._statements.upsert(fields, on_conflict == "update")
        rows = connection.execute(statement, {"rows": _json(items)})
        return {row.id: "created" if row.is_new else "updated" for row in rows}

    def _change(self, connection: Connection, fields: Fields, items: list[Item], on_conflict: str) -> dict[int, str]:
        """Rows that name too little to be new can only change one that is there."""
        lock = self._statements.lock.with_for_update()
        there = set(connection.execute(lock, {"ids": [item.id for item in items]}).scalars())
        missing = next(name for name in sorted(self._required) if name not in fields)
        changes = {item.id: missing for item in items if item.id not in there}
        if on_conflict == "update":
            updated = connection.execute(self._statements.update(fields), {"rows": _json(items)}).scalars()
            changes.update(dict.fromkeys(updated, "updated"))
        return changes

    def _add_etags(self, connection: Connection, outcomes: dict[int, Outcome]) -> None:
        written = [one for one in outcomes.values() if one["outcome"] in ("created", "updated")]
        shown = self._repository.shown(connection, [one["id"] for one in written])
        for one in written:
            one["etag"] = etag_of(_encoder.encode(shown[one["id"]]))


def _by_fields(items: Iterable[Item]) -> dict[Fields, list[Item]]:
    found: dict[Fields, list[Item]] = defaultdict(list)
    for item in items:
        found[tuple(item.values)].append(item)
    return found


def _json(items: list[Item]) -> str:
    return _encoder.encode([item.values for item in items]).decode()


def _untouched(on_conflict: str) -> str:
    return {"fail": "exists", "skip": "skipped", "update": "unchanged"}[on_conflict]


def _outcome(item: Item, change: str) -> Outcome:
    if change == "exists":
        return failed(item.index, item.id, "exists", f"The id {item.id} exists already.")
    if change not in ("created", "updated", "unchanged", "skipped"):
        return failed(item.index, item.id, "missing_field", f"{change} is required.", change)
    return {"index": item.index, "id": item.id, "outcome": change}
