"""The engine, and the one ``Base`` of all models."""

import sqlite3
from typing import Any

import psycopg2
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import StaticPool

from catalog.crud.texts import register_functions
from catalog.crud.time_limit import OPTION
from stackroom_kit.postgres import TCP_OPTIONS

SCHEMA = "tbc"
BUSY = PoolTimeoutError
# Where a transaction begins on a connection that died in the pool, the driver's own error comes without a wrapping.
AWAY = (OperationalError, InterfaceError, psycopg2.OperationalError, psycopg2.InterfaceError)
# A lock that somebody holds must become an error within seconds.
SERVER_OPTIONS = "-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"


class Base(DeclarativeBase):
    """All tables of the register."""


def make_engine(database_uri: str, pool_size: int, search_seconds: int = 15) -> Engine:
    """AUTOCOMMIT: every call of the API is a single statement, and a BEGIN around it would cost a third more."""
    if make_url(database_uri).get_backend_name() == "sqlite":
        return _sqlite_engine(database_uri)
    return create_engine(
        database_uri,
        isolation_level="AUTOCOMMIT",
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        execution_options={OPTION: search_seconds},
        connect_args={**TCP_OPTIONS, "options": SERVER_OPTIONS},
    )


def _sqlite_engine(database_uri: str) -> Engine:
    """One connection for a database in memory; no schemas, foreign keys on, the functions of texts."""
    in_memory = make_url(database_uri).database in (None, "", ":memory:")
    options: dict[str, Any] = {"poolclass": StaticPool} if in_memory else {}
    engine = create_engine(
        database_uri,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False},
        execution_options={"schema_translate_map": {SCHEMA: None}},
        **options,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    register_functions(connection)
