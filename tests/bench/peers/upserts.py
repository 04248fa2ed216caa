"""Many rows into one table, as usually written with SQLAlchemy, and as one bare statement that says nothing of them."""

import json
from typing import Any

from sqlalchemy import Engine, text
from sqlalchemy.dialects.postgresql import insert

from catalog.resources.types import FileType

TABLE: Any = FileType.__table__
BARE = text("""
INSERT INTO tbc.books_files_types (id, file_name, comments, group_id)
SELECT * FROM json_to_recordset(:rows) AS given(id int, file_name text, comments text, group_id int)
ON CONFLICT (id) DO UPDATE
SET file_name = excluded.file_name, comments = excluded.comments, group_id = excluded.group_id""")


def with_sqlalchemy(engine: Engine, items: list[dict[str, Any]]) -> None:
    """``on_conflict_do_update`` and a list of rows."""
    statement = insert(TABLE)
    excluded = statement.excluded
    values = {name: excluded[name] for name in ("file_name", "comments", "group_id")}
    with engine.begin() as connection:
        connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=values), items)


def bare(engine: Engine, items: list[dict[str, Any]]) -> None:
    with engine.begin() as connection:
        connection.execute(BARE, {"rows": json.dumps(items)})
