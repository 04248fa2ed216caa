"""Embedded PostgreSQL and Redis for a test session, and fresh databases on them."""

import itertools
import secrets
import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
from sqlalchemy import make_url

from catalog.migrate import migrate as migrate_catalog
from deploy.local.ports import free_port
from deploy.local.postgres_server import PostgresServer
from deploy.local.redis_server import RedisServer
from identity.migrate import migrate as migrate_identity
from importer.database import make_engine
from importer.migrate import migrate as migrate_importer
from tests.support.importer.resources import know_resources
from tests.support.servers.processes import Process

# A test machine may lose its data when the power goes; when a process dies, nothing is lost with these.
FAST = ("fsync=off", "full_page_writes=off", "max_connections=200", "shared_buffers=64MB")

_databases, _redis_databases = itertools.count(1), itertools.count()


@contextmanager
def running_postgres(folder: Path, options: tuple[str, ...] = FAST) -> Iterator[PostgresServer]:
    """A server with a new cluster under ``folder``, until the block ends."""
    server = PostgresServer(folder / "data", free_port(), secrets.token_hex(16), options)
    server.initialise()
    process = Process(server.command(), folder / "postgres.log")
    try:
        process.wait_ready(server.is_ready)
        yield server
    finally:
        process.stop(signal.SIGINT)


@contextmanager
def running_redis(folder: Path, *, append_only: bool = False) -> Iterator[RedisServer]:
    """A server until the block ends; it keeps nothing on disk unless ``append_only``."""
    server = RedisServer(folder / "data", free_port(), secrets.token_hex(16), append_only)
    server.initialise()
    process = Process(server.command(), folder / "redis.log")
    try:
        process.wait_ready(server.is_ready)
        yield server
    finally:
        process.stop()


@contextmanager
def fresh_database(server: PostgresServer, template: str = "template0", options: str = "") -> Iterator[str]:
    """The SQLAlchemy address of a copy of ``template``, which is dropped after the block, whoever is still connected.

    Nobody may be connected to a template while it is copied. ``options`` are those of CREATE DATABASE.
    """
    name = f"test_{next(_databases)}"
    _execute(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" {options}')
    try:
        yield server.uri(name)
    finally:
        _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def database_with_tables(server: PostgresServer) -> Iterator[str]:
    """The name of a database that has the tables of the catalog and the importer, to be copied.

    The catalog has told once what it holds.
    """
    with fresh_database(server) as uri:
        migrate_catalog(uri)
        migrate_identity(uri)
        migrate_importer(uri)
        engine = make_engine(uri, 1)
        know_resources(engine)
        engine.dispose()
        yield str(make_url(uri).database)


REGISTER = ("tbc.books_files_types", "tbc.books_files_groups", "catalog.applied_request")
LEDGER = ("importer.refused_row", "importer.chunk", "importer.batch", "importer.worker")
_TABLES = """SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname IN ('tbc', 'catalog', 'importer') AND tablename <> 'alembic_version'"""


def emptying(*tables: str) -> str:
    """SQL for an administrator. It waits for who is in the middle of a transaction, as TRUNCATE does.

    That makes each table and index a new file, which takes 40 ms where this takes one. References are not looked at, so
    name those tables as well that have them.
    """
    deletes = (f"DELETE FROM {table}" for table in tables)
    return "; ".join((f"LOCK {', '.join(tables)}", "SET LOCAL session_replication_role = replica", *deletes))


def empty_tables(uri: str) -> None:
    """As they are after the migrations. Fails after some seconds where somebody is in the middle of a transaction."""
    with closing(psycopg2.connect(libpq_uri(uri))) as connection, connection, connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '10s'")
        cursor.execute(_TABLES)
        cursor.execute(emptying(*(table for (table,) in cursor.fetchall())))


def fresh_redis(server: RedisServer) -> str:
    """The address of a database of ``server`` that nobody had before: some stacks live as long as the server does."""
    return server.url(next(_redis_databases))


def libpq_uri(sqlalchemy_uri: str) -> str:
    """The same address as ``psycopg2.connect`` and ``psql`` take it."""
    return sqlalchemy_uri.replace("postgresql+psycopg2://", "postgresql://", 1)


def _execute(server: PostgresServer, statement: str) -> None:
    with closing(psycopg2.connect(libpq_uri(server.uri()))) as connection:
        connection.autocommit = True  # databases are not made inside a transaction
        with connection.cursor() as cursor:
            cursor.execute(statement)
