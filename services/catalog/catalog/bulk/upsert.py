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
from catalog.bulk.references import resolve_names, with_references, without_unknown
from catalog.bulk.statements import BulkStatements, Fields
from catalog.crud.repository import Repository

_encoder = msgspec.json.Encoder()
Changes = dict[int, str]  # what became of the rows that were written, by id
UNTOUCHED = {"fail": "exists", "skip": "skipped", "update": "unchanged"}


@dataclasses.dataclass(frozen=True)
class Options:
    """``on_conflict`` is fail, skip or update."""

    on_conflict: str = "fail"
    atomic: bool = False
    dry_run: bool = False


class Upsert:
    """One resource's rows. Everything runs on the connection that is given, whose transaction is the caller's."""

    def __init__(self, repository: Repository) -> None:
        resource = repository.resource
        self._schema = resource.schema
        self._reference = resource.reference
        self._statements = BulkStatements(repository.table)
        self._required = frozenset(field.name for field in resource.schema.fields if field.is_required)
        self._etags = Etags(repository)
        self._columns = len(repository.table.columns)

    def run(self, connection: Connection, given: PlainItems | list[Any], on_conflict: str) -> list[Outcome]:
        """An outcome for every item, in their order."""
        if not isinstance(given, PlainItems):
            return self._run_each(connection, given, on_conflict)
        plain = with_references(connection, self._reference, given)
        if plain is None or not self._required <= set(plain.fields):
            return self._run_each(connection, given.items(), on_conflict)
        changes = self._upsert(connection, plain.fields, plain.text, on_conflict)
        etags = self._etags_of(connection, plain, changes)
        untouched = UNTOUCHED[on_conflict]
        return [_outcome(index, row_id, changes, etags, untouched) for index, row_id in enumerate(plain.ids)]

    def _etags_of(self, connection: Connection, plain: PlainItems, changes: Changes) -> dict[int, str]:
        """Items that name every column say themselves what their rows are now."""
        if len(plain.fields) < self._columns:
            return self._etags.of_ids(connection, list(changes))
        records = [record for record in plain.records if record.id in changes]
        etags = self._etags.of_records(connection, records)
        return {record.id: etag for record, etag in zip(records, etags, strict=True)}

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
        etags = self._etags.of_ids(connection, list(changes))
        for item in items:
            checked.outcomes[item.index] = _outcome(item.index, item.id, changes, etags, UNTOUCHED[on_conflict])

    def _upsert(self, connection: Connection, fields: Fields, rows: str, on_conflict: str) -> Changes:
        """``rows`` is a JSON array."""
        statement = self._statements.upsert(fields, on_conflict == "update")
        created, updated = connection.execute(statement, {"rows": rows}).one()
        return dict.fromkeys(created or (), "created") | dict.fromkeys(updated or (), "updated")

    def _change(
        self, connection: Connection, fields: Fields, items: list[Item], on_conflict: str, checked: Checked
    ) -> tuple[list[Item], Changes]:
        """Rows that name too little to be new can only change one that is there; the others are refused."""
        lock = self._statements.lock.with_for_update()
        there = set(connection.execute(lock, {"ids": [item.id for item in items]}).scalars())
        missing = next(name for name in sorted(self._required) if name not in fields)
        for item in items:
            if item.id not in there:
                checked.refuse(item, "missing_field", f"{missing} is required.", missing)
        known = [item for item in items if item.id in there]
        if on_conflict != "update" or fields == ("id",):
            return known, {}
        found = connection.execute(self._statements.update(fields), {"rows": _json(items)}).scalars()
        return known, dict.fromkeys(found, "updated")


def _by_fields(items: Iterable[Item]) -> dict[Fields, list[Item]]:
    found: dict[Fields, list[Item]] = defaultdict(list)
    for item in items:
        found[tuple(item.values)].append(item)
    return found


def _json(items: list[Item]) -> str:
    return _encoder.encode([item.values for item in items]).decode()


def _outcome(index: int, row_id: int, changes: Changes, etags: dict[int, str], untouched: str) -> Outcome:
    if row_id in changes:
        return Outcome(index, row_id, changes[row_id], etag=etags[row_id])
    if untouched == "exists":
        return failed(index, row_id, "exists", f"The id {row_id} exists already.")
    return Outcome(index, row_id, untouched)
