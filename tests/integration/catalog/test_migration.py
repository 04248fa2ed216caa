"""The migration on a fresh database, on one with tables and rows, and under a role with few rights."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import make_url

from catalog.adoption import AdoptionError
from catalog.app import create_app
from catalog.migrate import migrate
from catalog.settings import Settings
from deploy.local.postgres_server import binary
from importer.migrate import migrate as migrate_ledger
from tests.support.servers.embedded import libpq_uri

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


def grant(uri: str, **names: str) -> None:
    """As a database administrator does."""
    named = [f"--set={variable}={name}" for variable, name in names.items()]
    command = [binary("psql"), "--no-psqlrc", "--quiet", *named, f"--file={GRANTS}", libpq_uri(uri)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


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


@pytest.fixture
def make_role(postgres: str) -> Iterator[Callable[[str], str]]:
    """Makes roles of this database, each called after it; gives the address of one."""
    made = []

    def make(name: str) -> str:
        role = f"{make_url(postgres).database}_{name}"
        execute(postgres, f"CREATE ROLE {role} LOGIN PASSWORD 'pw'")
        made.append(role)
        return make_url(postgres).set(username=role, password="pw").render_as_string(hide_password=False)

    yield make
    for role in made:
        execute(postgres, f"DROP OWNED BY {role} CASCADE; DROP ROLE {role}")


def role_of(uri: str) -> str:
    return make_url(uri).username or ""


@pytest.mark.parametrize("tables", ["", TABLES])
def test_migration_runs_under_a_role_that_may_not_create_schemas(
    postgres: str, make_role: Callable[[str], str], tables: str
) -> None:
    if tables:
        execute(postgres, tables)
    limited = make_role("all")
    grant(postgres, role=role_of(limited))
    migrate(limited)
    migrate_ledger(limited)
    assert client_of(limited).post("/api/groups/", json={"id": 2}).status_code == 201


@pytest.mark.parametrize("tables", ["", TABLES])
def test_migration_runs_under_a_role_of_its_own(postgres: str, make_role: Callable[[str], str], tables: str) -> None:
    if tables:
        execute(postgres, tables)
    roles = {name: make_role(name) for name in ("catalog", "importer", "migrations")}
    for _ in range(2):
        grant(postgres, **{name: role_of(uri) for name, uri in roles.items()})
    migrate(roles["migrations"], role_of(roles["catalog"]))
    migrate_ledger(roles["migrations"])
    assert client_of(roles["catalog"]).post("/api/groups/", json={"id": 2}).status_code == 201
    execute(roles["importer"], "DELETE FROM importer.batch")
    for forbidden in ("DROP TABLE tbc.books_files_types", "SELECT 1 FROM importer.batch"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            execute(roles["catalog"], forbidden)


def test_migration_names_what_the_role_of_the_service_lacks(postgres: str, make_role: Callable[[str], str]) -> None:
    execute(postgres, TABLES)
    role = role_of(make_role("poor"))
    execute(postgres, f"GRANT SELECT ON tbc.books_files_types TO {role}")
    with pytest.raises(AdoptionError) as caught:
        migrate(postgres, role)
    assert f"tbc.books_files_groups: the role {role} lacks SELECT, INSERT, UPDATE, DELETE" in str(caught.value)
    assert f"tbc.books_files_types: the role {role} lacks INSERT, UPDATE, DELETE" in str(caught.value)
    with pytest.raises(AdoptionError, match="the role nobody lacks SELECT"):
        migrate(postgres, "nobody")


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
