"""Writes that the database refused together, tried again in parts until the rows that break a rule stand alone."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from catalog.bulk.items import Items, Records, as_json
from catalog.bulk.statements import BulkStatements, Fields
from catalog.crud.refusals import broken_rule, not_unique
from stackroom_sql.errors import Violation, duplicate_columns, violation_of

Changes = dict[int, str]  # what became of the rows that were written, by id
Write = Callable[[Records], Changes]


class CarefulWrites:
    """On one connection, for the items of one call."""

    def __init__(self, connection: Connection, statements: BulkStatements, items: Items) -> None:
        self._connection = connection
        self._statements = statements
        self._items = items

    def write(self, records: Records, fields: Fields, write: Write) -> Changes:
        """What ``write`` did with the rows that break no rule; the others have failed then."""
        if not records:
            return {}
        try:
            with self._connection.begin_nested():
                return write(records)
        except IntegrityError as error:
            return self._apart(records, fields, write, error)

    def _apart(self, records: Records, fields: Fields, write: Write, error: IntegrityError) -> Changes:
        columns: tuple[str, ...] = ()
        if violation_of(error) is Violation.DUPLICATE:
            columns = duplicate_columns(self._connection, error)
        if len(records) == 1:
            self._refuse(next(iter(records)), columns, error)
            return {}
        wrong = self._held_elsewhere(records, columns) if columns and set(columns) <= set(fields) else set()
        for index in wrong:
            self._refuse(index, columns, error)
        if wrong:
            return self.write({index: one for index, one in records.items() if index not in wrong}, fields, write)
        indexes = list(records)
        halves = indexes[: len(indexes) // 2], indexes[len(indexes) // 2 :]
        first, second = ({index: records[index] for index in half} for half in halves)
        return self.write(first, fields, write) | self.write(second, fields, write)

    def _held_elsewhere(self, records: Records, columns: Fields) -> set[int]:
        """Indexes whose values a row has that this call does not write, or an earlier item: all of them at once."""
        query = self._statements.held_elsewhere(columns)
        taken = set(self._connection.execute(query, {"rows": as_json(records)}).scalars())
        seen: Counter[tuple[Any, ...]] = Counter()
        wrong = set()
        for index, record in records.items():
            values = tuple(getattr(record, name) for name in columns)
            if record.id in taken or (seen[values] and None not in values):
                wrong.add(index)
            else:
                seen[values] += 1
        return wrong

    def _refuse(self, index: int, columns: Fields, error: IntegrityError) -> None:
        if columns:
            self._items.refuse(index, "not_unique", not_unique(columns), columns[0])
        elif violation_of(error) is Violation.OTHER:
            raise error
        else:
            self._items.refuse(index, "broken_rule", broken_rule(error), "")
