"""A bulk upsert: a few statements in one transaction, whatever the number of rows."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import Connection

from catalog.bulk.etags import Etags
from catalog.bulk.items import Checked, Item, check_items
from catalog.bulk.outcomes import Outcome, failed
from catalog.bulk.plain import PlainItems
from catalog.bulk.references import are_there, resolve_names, without_unknown
from catalog.bulk.statements import BulkStatements, Fields
from catalog.crud.repository import Repository
from catalog.crud.resource import Resource

_encoder = msgspec.json.Encoder()
Change = tuple[str, str]  # what became of a row that was written, and its ETag
UNTOUCHED = {"fail": "exists", "skip": "skipped", "update": "unchanged"}


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
        self._statements = BulkStatements(repository.table)
        self._required = frozenset(field.name for field in resource.schema.fields if field.is_required)
        self._etags = Etags(repository)

    def run(self, connection: Connection, given: PlainItems | list[Any], on_conflict: str) -> list[Outcome]:
        """An outcome for every item, in their order."""
        if not isinstance(given, PlainItems):
            return self._run_each(connection, given, on_conflict)
        if self._required <= set(given.fields) and self._has_references(connection, given):
            changes = self._upsert(connection, given.fields, given.text, on_conflict)
            untouched = UNTOUCHED[on_conflict]
            return [_outcome(index, row_id, changes.get(row_id), untouched) for index, row_id in enumerate(given.ids)]
        return self._run_each(connection, given.items(), on_conflict)

    def _has_references(self, connection: Connection, given: PlainItems) -> bool:
        reference = self._reference
        return reference is None or are_there(connection, reference, given.values(reference.field))

    def _run_each(self, connection: Connection, raw: list[Any], on_conflict: str) -> list[Outcome]:
        checked = check_items(raw, self._schema, self._reference.name_field if self._reference else None)
        items = checked.items
        if self._reference:
            items = resolve_names(connection, self._reference, items, checked)
            items = without_unknown(connection, self._reference, items, checked)
        for fields, group in _by_fields(items).items():
            self._write(connection, fields, group, on_conflict, checked)
        return [checked.outcomes[index] for index in range(len(raw))]

    def _write(
        self, connection: Connection, fields: Fields, items: list[Item], on_conflict: str, checked: Checked
    ) -> None:
        if self._required <= set(fields):
            changes = self._upsert(connection, fields, _json(items), on_conflict)
        else:
            items, changes = self._change(connection, fields, items, on_conflict, checked)
        for item in items:
            untouched = UNTOUCHED[on_conflict]
            checked.outcomes[item.index] = _outcome(item.index, item.id, changes.get(item.id), untouched)

    def _upsert(self, connection: Connection, fields: Fields, rows: str, on_conflict: str) -> dict[int, Change]:
        """What became of the rows that were written, by id. ``rows`` is a JSON array."""
        statement = self._statements.upsert(fields, on_conflict == "update")
        found = connection.execute(statement, {"rows": rows}).all()
        etags = self._etags.of(connection, [row[1:] for row in found])
        pairs = zip(found, etags, strict=True)
        return {row[1]: ("created" if row[0] else "updated", etag) for row, etag in pairs}

    def _change(
        self, connection: Connection, fields: Fields, items: list[Item], on_conflict: str, checked: Checked
    ) -> tuple[list[Item], dict[int, Change]]:
        """Rows that name too little to be new can only change one that is there; the others are refused."""
        lock = self._statements.lock.with_for_update()
        there = set(connection.execute(lock, {"ids": [item.id for item in items]}).scalars())
        missing = next(name for name in sorted(self._required) if name not in fields)
        for item in items:
            if item.id not in there:
                checked.refuse(item, "missing_field", f"{missing} is required.", missing)
        known = [item for item in items if item.id in there]
        if on_conflict != "update":
            return known, {}
        found = connection.execute(self._statements.update(fields), {"rows": _json(items)}).all()
        etags = self._etags.of(connection, found)
        return known, {row[0]: ("updated", etag) for row, etag in zip(found, etags, strict=True)}


def _by_fields(items: Iterable[Item]) -> dict[Fields, list[Item]]:
    found: dict[Fields, list[Item]] = defaultdict(list)
    for item in items:
        found[tuple(item.values)].append(item)
    return found


def _json(items: list[Item]) -> str:
    return _encoder.encode([item.values for item in items]).decode()


def _outcome(index: int, row_id: int, change: Change | None, untouched: str) -> Outcome:
    if change is not None:
        return {"index": index, "id": row_id, "outcome": change[0], "etag": change[1]}
    if untouched == "exists":
        return failed(index, row_id, "exists", f"The id {row_id} exists already.")
    return {"index": index, "id": row_id, "outcome": untouched}
