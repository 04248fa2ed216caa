"""The file of indexes has the expressions that searches use: with others they would help nobody."""

from pathlib import Path

from catalog.crud.columns import is_text
from catalog.resources import RESOURCES
from deploy.search_sql import search_sql

FILE = Path(__file__).parents[3] / "deploy" / "postgres" / "search.sql"


def test_search_sql_is_what_the_searches_say() -> None:
    assert FILE.read_text() == search_sql(), "run `python -m deploy.search_sql > deploy/postgres/search.sql`"


def test_search_sql_alters_no_table() -> None:
    statements = " ".join(line for line in FILE.read_text().splitlines() if not line.startswith("--"))
    assert "ALTER" not in statements
    searched = [one for resource in RESOURCES for one in resource.table.columns if is_text(one) or one.foreign_keys]
    assert statements.count("CREATE INDEX CONCURRENTLY IF NOT EXISTS") == len(searched)
