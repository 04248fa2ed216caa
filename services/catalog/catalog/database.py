"""The engine, and the one ``Base`` of all models."""

import datetime
import sqlite3
from typing import Any

from sqlalchemy import DateTime, Engine, MetaData, create_engine, event, make_url
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import NullPool, StaticPool

import stackroom_sql.engine
from catalog.crud.texts import register_functions
from catalog.crud.time_limit import OPTION

REGISTER = "tbc"  # the two tables that were there before
SCHEMA = "catalog"  # the catalog's own: every other table
STATEMENT_SECONDS = 30


class Base(DeclarativeBase):
    """All tables of the register. A point of time has its offset."""

    metadata = MetaData(schema=SCHEMA)
    type_annotation_map = {datetime.datetime: DateTime(timezone=True)}  # noqa: RUF012 - SQLAlchemy reads it once


def make_engine(database_uri: str, pool_size: int, search_seconds: int = 15) -> Engine:
    if make_url(database_uri).get_backend_name() == "sqlite":
        return _sqlite_engine(database_uri)
    options: dict[str, Any] = {"execution_options": {OPTION: search_seconds}}
    return stackroom_sql.engine.make_engine(database_uri, pool_size, STATEMENT_SECONDS, **options)


def _sqlite_engine(database_uri: str) -> Engine:
    """One connection for a database in memory, one for each use of a file, since it must not outlive a fork.

    No schemas, foreign keys on, the functions of texts.
    """
    in_memory = make_url(database_uri).database in (None, "", ":memory:")
    options: dict[str, Any] = {"poolclass": StaticPool if in_memory else NullPool}
    engine = create_engine(
        database_uri,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False},
        execution_options={"schema_translate_map": {REGISTER: None, SCHEMA: None}},
        **options,
    )
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    register_functions(connection)
