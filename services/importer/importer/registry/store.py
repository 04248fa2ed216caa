"""What the registry keeps in the database: operations that workers brought, and resources of the catalog."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Engine, Row, text

from stackroom_kit.resources import DescribedResource
from stackroom_sql.engine import transaction

KEPT_SECONDS = 3600  # of a resource that no answer names: an older replica of the catalog may have given that answer
Revisions = frozenset[tuple[str, str, str]]

LOOK = text("""
SELECT 'operation' AS kind, name, revision FROM importer.operation
UNION ALL SELECT 'resource', name, revision FROM importer.resource""")
OPERATIONS = text("""
SELECT name, revision, description, registered_by, registered_at FROM importer.operation ORDER BY name""")
RESOURCES = text("SELECT name, revision, description FROM importer.resource ORDER BY position, name")
KEEP_RESOURCE = text("""
INSERT INTO importer.resource (name, revision, position, description)
VALUES (:name, :revision, :position, :description)
ON CONFLICT (name) DO UPDATE SET missing_since = NULL, position = excluded.position,
  revision = excluded.revision, description = excluded.description
WHERE resource.missing_since IS NOT NULL
  OR (resource.position, resource.description) IS DISTINCT FROM (excluded.position, excluded.description)""")
MISS_RESOURCES = text("""
UPDATE importer.resource SET missing_since = now() WHERE missing_since IS NULL AND name <> ALL(:names)""")
FORGET_RESOURCES = text("DELETE FROM importer.resource WHERE missing_since < now() - make_interval(secs => :seconds)")


def look(engine: Engine) -> Revisions:
    """Kind, name and revision of every row: whether anything changed, for little."""
    with engine.connect() as connection:
        return frozenset((row.kind, row.name, row.revision) for row in connection.execute(LOOK))


def read(engine: Engine) -> tuple[Sequence[Row[Any]], Sequence[Row[Any]]]:
    """Operations by their names, resources in the catalog's order."""
    with engine.connect() as connection:
        return connection.execute(OPERATIONS).all(), connection.execute(RESOURCES).all()


def keep_resources(engine: Engine, listed: Iterable[DescribedResource]) -> None:
    """The catalog's answer. One that it does not name any more goes after KEPT_SECONDS."""
    rows = [
        {"name": one.name, "position": position, "revision": new_revision(), "description": _json(one)}
        for position, one in enumerate(listed)
    ]
    with transaction(engine) as connection:
        for row in sorted(rows, key=lambda row: str(row["name"])):
            connection.execute(KEEP_RESOURCE, row)
        connection.execute(MISS_RESOURCES, {"names": [row["name"] for row in rows]})
        connection.execute(FORGET_RESOURCES, {"seconds": KEPT_SECONDS})


def new_revision() -> str:
    return secrets.token_hex(8)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
