"""A migration that cannot have a lock gives up soon, says so, changes nothing, and runs at the next start."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partialmethod
from types import ModuleType
from typing import NamedTuple

import psycopg2
import pytest

import catalog.migrate
import importer.migrate
from stackroom_sql.migrate import LockedError, Migration
from tests.support.importer.old_ledger.restore import restore
from tests.support.servers.embedded import libpq_uri

REGISTER = """CREATE SCHEMA tbc;
CREATE TABLE tbc.books_files_groups (id integer PRIMARY KEY, name varchar(50), comment varchar(200))"""
SHORT = 0.3  # seconds


def register(uri: str) -> None:
    with closing(psycopg2.connect(libpq_uri(uri))) as connection, connection, connection.cursor() as cursor:
        cursor.execute(REGISTER)


@contextmanager
def held(uri: str, lock: str) -> Iterator[None]:
    """Somebody's transaction that is left open, such as a dump or a forgotten psql."""
    with closing(psycopg2.connect(libpq_uri(uri))) as connection, connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {lock}")
        yield


def value(uri: str, query: str) -> object:
    with closing(psycopg2.connect(libpq_uri(uri))) as connection, connection.cursor() as cursor:
        cursor.execute(query)
        row = cursor.fetchone()
        return row and row[0]


VERSION = "SELECT version_num FROM importer.alembic_version"
MADE = "SELECT to_regclass('catalog.alembic_version')"


class Case(NamedTuple):
    """``state`` asks for what the migration changes."""

    prepare: Callable[[str], None]
    module: ModuleType
    lock: str
    state: str


CASES = {
    "importer": Case(restore, importer.migrate, "importer.chunk IN ACCESS SHARE MODE", VERSION),
    "catalog": Case(register, catalog.migrate, "tbc.books_files_groups IN ROW EXCLUSIVE MODE", MADE),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_migration_gives_up_soon_and_runs_when_the_lock_is_free(postgres: str, case: Case) -> None:
    case.prepare(postgres)
    before = value(postgres, case.state)
    with held(postgres, case.lock):
        started = time.monotonic()
        with pytest.raises(LockedError):
            case.module.migrate(postgres, lock_seconds=SHORT)
        assert time.monotonic() - started < 5
        assert value(postgres, case.state) == before
    case.module.migrate(postgres, lock_seconds=SHORT)
    assert value(postgres, case.state) != before


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_command_says_what_is_in_its_way(
    postgres: str, case: Case, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case.prepare(postgres)
    monkeypatch.setenv("SQLALCHEMY_DATABASE_URI", postgres)
    monkeypatch.setattr("stackroom_sql.migrate.configure_logging", lambda *_: None)
    monkeypatch.setattr(Migration, "run", partialmethod(Migration.run, lock_seconds=SHORT))
    with held(postgres, case.lock):
        assert case.module.MIGRATION.main(case.module.Settings) == 1
    said = capsys.readouterr().err
    assert said.startswith("the migration needs a lock that another session of the database keeps; nothing was changed")
    assert "Traceback" not in said
