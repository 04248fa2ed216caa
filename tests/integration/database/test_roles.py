"""The roles of our own server: each does its work and nothing else, on a new volume and on one of an older version."""

import dataclasses
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from flask.testing import FlaskClient
from sqlalchemy import make_url

from catalog.app import create_app
from catalog.migrate import migrate as migrate_catalog
from catalog.settings import Settings
from deploy.local.database_roles import password_files, set_up_roles
from deploy.local.errors import ServerError
from deploy.local.home import Home
from deploy.local.postgres_server import PostgresServer
from identity.migrate import migrate as migrate_identity
from importer.database import make_engine
from importer.migrate import migrate as migrate_importer
from tests.support.identity.door import Door, code_of
from tests.support.importer.ledger import Ledger
from tests.support.servers.embedded import FAST, libpq_uri, running_postgres

ALL_LOGGED = ("log_statement=all", "log_min_duration_statement=0", "log_connections=on")
ROLES = ("catalog", "identity", "importer", "migrations")
OLD_ROWS = """
INSERT INTO tbc.books_files_groups VALUES (1, 'old');
CREATE TABLE tbc.shelves (id serial PRIMARY KEY);
CREATE VIEW tbc.names AS SELECT name FROM tbc.books_files_groups;
"""
OWNERS = """SELECT DISTINCT relowner::regrole::text FROM pg_class
WHERE relnamespace = ANY ('{tbc,catalog,identity,importer}'::regnamespace[])"""
PLAIN = """SELECT rolname FROM pg_roles WHERE rolname LIKE 'stackroom%'
AND NOT (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)"""
EVERYBODY = (
    "SELECT pg_read_file('/etc/hostname')",
    "SELECT pg_ls_dir('/')",
    "SELECT lo_import('/etc/hostname')",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "COPY (SELECT 1) TO '/tmp/stackroom-was-here'",
    "CREATE TABLE public.x (id int)",
    "CREATE SCHEMA x",
    "CREATE ROLE x",
    "SET ROLE postgres",
    "SELECT rolpassword FROM pg_authid",
    "ALTER SYSTEM SET log_statement = 'all'",
    "DROP SCHEMA public",
)
FORBIDDEN = {
    "catalog": (
        "SELECT 1 FROM importer.batch",
        "SELECT 1 FROM identity.token",
        "DROP TABLE tbc.books_files_types",
        "DROP TABLE catalog.applied_request",
        "UPDATE catalog.alembic_version SET version_num = '0'",
        "ALTER TABLE tbc.books_files_groups ADD x int",
        "TRUNCATE tbc.books_files_types",
        "CREATE TABLE tbc.x (id int)",
        "CREATE TRIGGER x AFTER INSERT ON tbc.books_files_types EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        "ALTER ROLE stackroom_catalog SUPERUSER",
        "ALTER ROLE stackroom_migrations PASSWORD 'mine'",
        "SET ROLE stackroom_migrations",
    ),
    "identity": (
        "SELECT 1 FROM tbc.books_files_groups",
        "SELECT 1 FROM importer.batch",
        "DROP TABLE identity.session",
        "TRUNCATE identity.users",
        "DELETE FROM identity.alembic_version",
        "CREATE TABLE identity.x (id int)",
        "ALTER ROLE stackroom_identity SUPERUSER",
        "SET ROLE stackroom_migrations",
    ),
    "importer": (
        "SELECT 1 FROM identity.users",
        "SELECT 1 FROM tbc.books_files_groups",
        "SELECT 1 FROM catalog.applied_request",
        "DROP TABLE importer.chunk",
        "DELETE FROM importer.alembic_version",
        "TRUNCATE importer.worker",
        "CREATE TABLE importer.x (id int)",
        "ALTER ROLE stackroom_importer SUPERUSER",
        "SET ROLE stackroom_catalog",
    ),
    "migrations": ("ALTER ROLE stackroom_migrations SUPERUSER", "SET ROLE stackroom_importer"),
}


@dataclasses.dataclass(frozen=True)
class Volume:
    server: PostgresServer
    files: dict[str, Path]
    log: Path

    def uri(self, role: str) -> str:
        own = make_url(self.server.uri())
        password = self.files[role].read_text().strip()
        return own.set(username=f"stackroom_{role}", password=password).render_as_string(hide_password=False)

    def start(self) -> None:
        """What `make up` does at each start."""
        set_up_roles(self.server, self.files)
        migrate_catalog(self.uri("migrations"), "stackroom_catalog")
        migrate_identity(self.uri("migrations"), "stackroom_identity")
        migrate_importer(self.uri("migrations"))

    def client(self) -> FlaskClient:
        return create_app(Settings(sqlalchemy_database_uri=self.uri("catalog"))).test_client()


def execute(uri: str, statement: str) -> list[tuple[object, ...]]:
    with closing(psycopg2.connect(libpq_uri(uri))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="module", params=["new", "old"])
def volume(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Volume]:
    """An old one has tables that an older version made as the superuser, and somebody's own beside them."""
    folder = tmp_path_factory.mktemp("roles")
    with running_postgres(folder, (*FAST, *ALL_LOGGED)) as server:
        volume = Volume(server, password_files(Home(folder / "home")), folder / "postgres.log")
        if request.param == "old":
            migrate_catalog(server.uri())
            migrate_identity(server.uri())
            migrate_importer(server.uri())
            execute(server.uri(), OLD_ROWS)
        for _ in range(2):
            volume.start()
        yield volume


@pytest.mark.parametrize("role", ROLES)
def test_role_may_do_nothing_but_its_work(volume: Volume, role: str) -> None:
    allowed = []
    with closing(psycopg2.connect(libpq_uri(volume.uri(role)))) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        for statement in (*EVERYBODY, *FORBIDDEN[role]):
            try:
                cursor.execute(statement)
            except psycopg2.errors.InsufficientPrivilege:
                continue
            allowed.append(statement)
    assert allowed == []


def test_no_role_is_more_than_others(volume: Volume) -> None:
    assert {name for (name,) in execute(volume.server.uri(), PLAIN)} == {f"stackroom_{role}" for role in ROLES}


def test_all_tables_belong_to_the_migrations(volume: Volume) -> None:
    assert execute(volume.server.uri(), OWNERS) == [("stackroom_migrations",)]


def test_catalog_does_its_work(volume: Volume) -> None:
    client = volume.client()
    assert client.post("/api/groups/", json={"id": 2, "name": "new"}).status_code == 201
    loaded = client.post("/api/groups/bulk", json={"items": [{"id": 3}]}, headers={"Idempotency-Key": "k"})
    assert loaded.status_code == 200, loaded.text
    assert client.delete("/api/groups/2").status_code == 200


def test_identity_does_its_work(volume: Volume) -> None:
    door = Door.to(volume.uri("identity"))
    assert code_of(door.sign_in("nobody")) == (401, "wrong_credentials")


def test_importer_does_its_work(volume: Volume) -> None:
    engine = make_engine(volume.uri("importer"), 2)
    try:
        ledger = Ledger(engine)
        batch_id = ledger.accept(10)
        ledger.report(ledger.must_claim())
        assert ledger.states(batch_id) == ["done"]
    finally:
        engine.dispose()


def test_rows_of_an_old_volume_are_there(volume: Volume) -> None:
    found = volume.client().get("/api/groups/1")
    has_rows = execute(volume.server.uri(), "SELECT count(*) FROM tbc.books_files_groups WHERE id = 1") == [(1,)]
    assert found.status_code == (200 if has_rows else 404)


def test_passwords_reach_no_log(volume: Volume) -> None:
    text = volume.log.read_text()
    assert "stackroom_catalog" in text
    assert [role for role, path in volume.files.items() if path.read_text().strip() in text] == []


def test_new_password_of_a_role_is_taken_at_the_next_start(volume: Volume) -> None:
    old = volume.uri("importer")
    volume.files["importer"].write_text("another\n")
    volume.start()
    assert execute(volume.uri("importer"), "SELECT 1") == [(1,)]
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        execute(old, "SELECT 1")


def test_missing_password_is_told_and_changes_nothing(volume: Volume, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("")
    with pytest.raises(ServerError, match="must name files with passwords") as caught:
        set_up_roles(volume.server, {**volume.files, "catalog": tmp_path / "empty"})
    assert volume.files["importer"].read_text().strip() not in str(caught.value)
    assert execute(volume.uri("catalog"), "SELECT 1") == [(1,)]
