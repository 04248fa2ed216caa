"""A search may look at every row, so it has a time limit of its own, and an answer that says so."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg2.errorcodes import QUERY_CANCELED
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import OperationalError

from catalog.problems import SEARCH_TOO_SLOW
from stackroom_sql.errors import sql_state

OPTION = "search_seconds"  # of an engine


def searching(engine: Engine) -> Engine:
    """The same connections, for single statements that have the engine's limit. Elsewhere it has none."""
    limited = engine.execution_options()
    if engine.dialect.name == "postgresql":
        event.listen(limited, "before_cursor_execute", _limited, retval=True)
    return limited


def limit_transaction(connection: Connection) -> None:
    """The same for every read of a transaction on PostgreSQL, whose rows may be streamed."""
    connection.exec_driver_sql(_setting(connection), execution_options={"stream_results": False})


@contextmanager
def too_slow_is_a_problem() -> Iterator[None]:
    """Problem 503 where PostgreSQL ended the search."""
    try:
        yield
    except OperationalError as error:
        if sql_state(error) != QUERY_CANCELED:
            raise
        detail = "The search took too long and was ended; search for a longer text."
        raise SEARCH_TOO_SLOW(detail) from None


def _setting(connection: Connection) -> str:
    return f"SET LOCAL statement_timeout = '{connection.get_execution_options()[OPTION]}s'"


def _limited(
    connection: Connection, _cursor: Any, statement: str, parameters: Any, _context: Any, _executemany: bool
) -> tuple[str, Any]:
    """In one message, which is a transaction by itself: a round trip of its own would cost more than a short search."""
    return f"{_setting(connection)}; {statement}", parameters
