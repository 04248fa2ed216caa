"""``python -m deploy.search_sql > deploy/postgres/search.sql``: indexes for the expressions that searches use."""

import sys
from collections.abc import Iterator
from typing import Any

from sqlalchemy.dialects import postgresql

from catalog.crud.columns import is_text
from catalog.crud.texts import SearchKey
from catalog.resources import RESOURCES

INTRODUCTION = """\
-- Run by a database administrator where searches (q) in a large register take long. Nothing needs it, and no
-- migration touches these indexes. It may be run while everything works, and again:
--
--   psql --file=search.sql <database>
--
-- It takes the extension pg_trgm (PostgreSQL's contrib package) and, for a million types, a few minutes and some
-- hundred megabytes. A text of three letters or more is then found by the index. If it breaks off, drop the index that
-- it was at: DROP INDEX <schema>.<name>.
-- This file is written by `python -m deploy.search_sql > deploy/postgres/search.sql`.

\\set ON_ERROR_STOP on
CREATE EXTENSION IF NOT EXISTS pg_trgm;
"""
END = "\nANALYZE {tables};\n"


def search_sql() -> str:
    """The whole file."""
    tables = sorted((resource.table for resource in RESOURCES), key=lambda table: str(table.fullname))
    indexes = [index for table in tables for index in _indexes(table)]
    return INTRODUCTION + "".join(indexes) + END.format(tables=", ".join(table.fullname for table in tables))


def _indexes(table: Any) -> Iterator[str]:
    """One for each text; one for what points to another table, since its texts are searched along."""
    for column in table.columns:
        if is_text(column):
            key = str(SearchKey(column).compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
            bare = key.replace(f"{table.fullname}.", "")
            yield _index(table, column, f"USING gin (({bare}) gin_trgm_ops)")
        elif column.foreign_keys:
            yield _index(table, column, f"({column.name})")


def _index(table: Any, column: Any, what: str) -> str:
    name = f"search_{table.name}_{column.name}"
    return f"\nCREATE INDEX CONCURRENTLY IF NOT EXISTS {name}\nON {table.fullname} {what};\n"


if __name__ == "__main__":
    sys.stdout.write(search_sql())
