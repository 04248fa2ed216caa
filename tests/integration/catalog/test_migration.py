"""The migration on a fresh database, on one with tables and rows, and under a role with few rights."""

from pathlib import Path

import psycopg2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import make_url

from catalog.adoption import AdoptionError
from catalog.app import create_app
from catalog.migrate import migrate
from catalog.settings import Settings
from importer.migrate import migrate as migrate_ledger
from tests.support.servers import libpq_uri

OWNER_WITHOUT_DEFAULT = """ALTER TABLE tbc.books_files_groups ADD owner text NOT NULL DEFAULT '';
ALTER TABLE tbc.books_files_groups ALTER owner DROP DEFAULT"""
GRANTS = Path(__file__).parents[3] / "deploy" / "postgres" / "grants.sql"
TABLES = """
CREATE SCHEMA tbc;
CREATE TABLE tbc.books_files_groups (id integer PRIMARY KEY, name varchar(50), comment varchar(200));
CREATE TABLE tbc.books_files_types (
  id integer PRIMARY KEY, file_name varchar(30), comments varchar(500),
  group_id integer NOT NULL REFERENCES tbc.books_files_groups (id));
INSERT INTO tbc.books_files_groups VALUES (1, 'Аудио', NULL);
INSERT INTO tbc.books_files_types VALUES (10, 'mp3', 'sound', 1);
"""


def execute(uri: str, statements: str) -> None:
    connection = psycopg2.connect(libpq_uri(uri))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statements)
    finally:
        connection.close()


def client_of(uri: str) -> FlaskClient:
    return create_app(Settings(sqlalchemy_database_uri=uri)).test_client()


def grants_for(role: str) -> str:
    """The file as psql would run it: its variables replaced, the generated statements run by a block."""
    text = (
        GRANTS.read_text()
        .replace("\\set ON_ERROR_STOP on", "")
        .replace(':"role"', role)
        .replace(":'role'", f"'{role}'")
    )
    head, _, generated = text.partition("SELECT format(")
    query = "SELECT format(" + generated.replace("\\gexec", "")
    return f"{head} DO $$ DECLARE s text; BEGIN FOR s IN {query} LOOP EXECUTE s; END LOOP; END $$;"


def test_migration_of_a_fresh_database_makes_all_tables_and_can_be_repeated(postgres: str) -> None:
    migrate(postgres)
    migrate(postgres)
    client = client_of(postgres)
    assert client.post("/api/groups/", json={"id": 1, "name": "a"}).status_code == 201
    assert client.get("/api/types/").json == {"items": [], "total": 0}


def test_migration_adopts_tables_with_their_rows(postgres: str) -> None:
    execute(postgres, TABLES)
    migrate(postgres)
    assert client_of(postgres).get("/api/types/10").json == {
        "id": 10, "file_name": "mp3", "comments": "sound", "group_id": 1, "group_name": "Аудио"
    }  # fmt: skip


@pytest.mark.parametrize("tables", ["", TABLES])
def test_migration_runs_under_a_role_that_may_not_create_schemas(postgres: str, tables: str) -> None:
    role = make_url(postgres).database or ""
    if tables:
        execute(postgres, tables)
    execute(postgres, f"CREATE ROLE {role} LOGIN PASSWORD 'pw'")
    try:
        execute(postgres, grants_for(role))
        limited = make_url(postgres).set(username=role, password="pw").render_as_string(hide_password=False)
        migrate(limited)
        migrate_ledger(limited)
        assert client_of(limited).post("/api/groups/", json={"id": 2}).status_code == 201
    finally:
        execute(postgres, f"DROP OWNED BY {role} CASCADE; DROP ROLE {role}")


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        ("ALTER TABLE tbc.books_files_types ALTER file_name TYPE varchar(10)", "is varchar(10), expected varchar(30)"),
        ("ALTER TABLE tbc.books_files_types DROP COLUMN comments", "comments is missing"),
        ("ALTER TABLE tbc.books_files_types ALTER group_id DROP NOT NULL", "group_id must not allow null"),
        ("ALTER TABLE tbc.books_files_types DROP CONSTRAINT books_files_types_group_id_fkey", "must reference"),
        ("ALTER TABLE tbc.books_files_types DROP CONSTRAINT books_files_types_pkey", "primary key must be id"),
        (OWNER_WITHOUT_DEFAULT, "owner is not known here"),
    ],
)  # fmt: skip
def test_migration_names_each_difference_and_changes_nothing(postgres: str, change: str, difference: str) -> None:
    execute(postgres, TABLES)
    execute(postgres, change)
    with pytest.raises(AdoptionError, match="differ") as caught:
        migrate(postgres)
    assert difference in str(caught.value)
    execute(postgres, "CREATE SCHEMA catalog")  # fails if the refused migration had left one
