"""How every service connects to PostgreSQL: AUTOCOMMIT for single statements, ``transaction`` for several."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, text

# In the words of libpq. A server that does not answer must become an error within seconds. A host that has vanished is
# found in half a minute: without these, a dispatcher would wait for hours for its answer.
TCP_OPTIONS: dict[str, Any] = {
    "connect_timeout": 3,  # seconds, as the keepalives
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds
}
POOL_SECONDS = 5  # of waiting for a connection that others use
LOCK_SECONDS = 10
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
VERSIONS = {"sqlite": "SELECT sqlite_version()", "postgresql": "SHOW server_version"}


def make_engine(
    database_uri: str, pool_size: int, statement_seconds: float, lock_seconds: float = LOCK_SECONDS, **options: Any
) -> Engine:
    """AUTOCOMMIT: most work is a single statement, and a BEGIN around it would cost a third more.

    Nothing may hold a row for ever, so statements, waits for locks and idle transactions have their limits. The server
    takes texts as UTF-8 and leaves backslashes in them alone.
    """
    settings = {
        "statement_timeout": int(1000 * statement_seconds),
        "lock_timeout": int(1000 * lock_seconds),
        "idle_in_transaction_session_timeout": int(2000 * statement_seconds),
        "client_encoding": "UTF8",
        "standard_conforming_strings": "on",
    }
    return create_engine(
        database_uri,
        isolation_level="AUTOCOMMIT",
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        connect_args={**TCP_OPTIONS, "options": " ".join(f"-c {name}={value}" for name, value in settings.items())},
        **options,
    )


@contextmanager
def transaction(engine: Engine, **options: Any) -> Iterator[Connection]:
    """Several statements as one, at READ COMMITTED: every statement sees what is committed by then."""
    with (
        engine.connect().execution_options(isolation_level="READ COMMITTED", **options) as connection,
        connection.begin(),
    ):
        yield connection


def lock(connection: Connection, name: str) -> None:
    """Wait for whoever holds the lock of this name, and hold it until the transaction ends.

    It is a statement of its own, so that the next one sees what it waited for.
    """
    connection.execute(LOCK, {"name": name})


def server_version(engine: Engine) -> str:
    """As the server says it, so it is also a check that the server answers."""
    with engine.connect() as connection:
        return str(connection.execute(text(VERSIONS[engine.dialect.name])).scalar())
