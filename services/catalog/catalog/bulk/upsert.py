"""A bulk upsert: a few statements in one transaction, whatever the number of rows."""

import dataclasses
from typing import Any

from msgspec import UNSET
from sqlalchemy import Connection

from catalog.bulk.careful import CarefulWrites, Changes
from catalog.bulk.etags import Etags
from catalog.bulk.items import Fields, Items, Records
from catalog.bulk.outcomes import Outcome, failed
from catalog.bulk.references import resolve_references
from catalog.bulk.statements import BulkStatements
from catalog.crud.repository import Repository

UNTOUCHED = {"fail": "exists", "skip": "skipped", "update": "unchanged"}


@dataclasses.dataclass(frozen=True)
class Options:
    """``on_conflict`` is fail, skip or update."""

    on_conflict: str = "fail"
    atomic: bool = False
    dry_run: bool = False


@dataclasses.dataclass(frozen=True)
class _Call:
    """``new`` are the ids that the server made for it. ``careful`` where the rows were refused together before."""

    connection: Connection
    items: Items
    on_conflict: str
    new: frozenset[int]
    careful: CarefulWrites | None


class Upsert:
    """One resource's rows. Everything runs on the connection that is given, whose transaction is the caller's."""

    def __init__(self, repository: Repository) -> None:
        self._resource = repository.resource
        self._statements = BulkStatements(repository.table)
        own = repository.resource.schema.own_fields
        self._names: Fields = tuple(field.name for field in own)
        self._required = sorted(field.name for field in own if field.is_required)
        self._etags = Etags(repository)

    def run(self, connection: Connection, given: Items, on_conflict: str, is_careful: bool = False) -> list[Outcome]:
        """An outcome for every item, in their order.

        IntegrityError where the rows break a rule of their table; a careful call says which of them.
        """
        items = given.copy()
        resolve_references(connection, self._resource.references, items)
        new = self._made_ids(connection, items) if self._resource.is_made else frozenset()
        careful = CarefulWrites(connection, self._statements, items) if is_careful else None
        call = _Call(connection, items, on_conflict, new, careful)
        for fields, records in items.by_fields(self._names).items():
            for part, may_be_new in self._parts(call, fields, records):
                self._write(call, fields, part, may_be_new)
        return items.in_order()

    def _made_ids(self, connection: Connection, items: Items) -> frozenset[int]:
        """New rows get their ids first, so that each outcome can name its own."""
        nameless = [index for index, record in items.records.items() if record.id is UNSET]
        for index in nameless:
            missing = self._missing(items.records[index])
            if missing:
                items.refuse(index, "missing_field", f"{missing} is required.", missing)
        indexes = [index for index in nameless if index in items.records]
        ids = list(connection.execute(self._statements.new_ids, {"count": len(indexes)}).scalars()) if indexes else []
        for index, row_id in zip(indexes, ids, strict=True):
            items.replace(index, id=row_id)
        return frozenset(ids)

    def _missing(self, record: Any) -> str | None:
        return next((name for name in self._required if getattr(record, name) is UNSET), None)

    def _parts(self, call: _Call, fields: Fields, records: Records) -> list[tuple[Records, bool]]:
        """Rows that may be new, and rows that can only change one that is there."""
        if not self._resource.is_made:
            return [(records, set(self._required) <= set(fields))]
        new = {index: record for index, record in records.items() if record.id in call.new}
        known = {index: record for index, record in records.items() if record.id not in call.new}
        return [(part, may_be_new) for part, may_be_new in ((new, True), (known, False)) if part]

    def _write(self, call: _Call, fields: Fields, records: Records, may_be_new: bool) -> None:
        rows = self._to_insert(call, records) if may_be_new else self._to_change(call, records)
        write = self._insert if may_be_new else self._change
        if call.careful:
            changes = call.careful.write(rows, fields, lambda part: write(call, fields, part))
        else:
            changes = write(call, fields, rows)
        self._tell(call, fields, records, changes)

    def _tell(self, call: _Call, fields: Fields, records: Records, changes: Changes) -> None:
        """Writes down what became of every row that was not refused."""
        written = [record for record in records.values() if record.id in changes]
        etags = self._etags.of(call.connection, fields, written) if written else {}
        untouched, outcomes, left = UNTOUCHED[call.on_conflict], call.items.outcomes, call.items.records
        for index, record in records.items():
            if index in left:
                outcomes[index] = _outcome(index, record.id, changes, etags, untouched)

    def _to_insert(self, call: _Call, records: Records) -> Records:
        """A row that is there is left out where it only would be in the way of a closer look."""
        if not call.careful or call.on_conflict == "update":
            return records
        there = self._there(call, records)
        return {index: record for index, record in records.items() if record.id not in there}

    def _insert(self, call: _Call, fields: Fields, records: Records) -> Changes:
        statement = self._statements.upsert(fields, call.on_conflict == "update")
        created, updated = call.connection.execute(statement, {"rows": call.items.as_json(records)}).one()
        return dict.fromkeys(created or (), "created") | dict.fromkeys(updated or (), "updated")

    def _to_change(self, call: _Call, records: Records) -> Records:
        """Those whose row is there; the others are refused."""
        there = self._there(call, records)
        for index, record in records.items():
            if record.id not in there:
                self._refuse_new(call.items, index, record)
        return {index: record for index, record in records.items() if record.id in there}

    def _refuse_new(self, items: Items, index: int, record: Any) -> None:
        if self._resource.is_made:
            detail = f"There is no row {record.id}, and ids of new rows are made by the server."
            items.refuse(index, "id_is_made", detail, "id")
        else:
            missing = self._missing(record) or ""
            items.refuse(index, "missing_field", f"{missing} is required.", missing)

    def _there(self, call: _Call, records: Records) -> set[int]:
        """The ids that are there, and stay."""
        ids = [record.id for record in records.values()]
        return set(call.connection.execute(self._statements.lock.with_for_update(), {"ids": ids}).scalars())

    def _change(self, call: _Call, fields: Fields, records: Records) -> Changes:
        if call.on_conflict != "update" or fields == ("id",) or not records:
            return {}
        rows = {"rows": call.items.as_json(records)}
        return dict.fromkeys(call.connection.execute(self._statements.update(fields), rows).scalars(), "updated")


def _outcome(index: int, row_id: int, changes: Changes, etags: dict[int, str], untouched: str) -> Outcome:
    if row_id in changes:
        return Outcome(index, row_id, changes[row_id], etag=etags[row_id])
    if untouched == "exists":
        return failed(index, row_id, "exists", f"The id {row_id} exists already.")
    return Outcome(index, row_id, untouched)
