"""A catalog on SQLite in memory, made once for all tests of a module."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, inspect, text

from catalog.database import make_engine

URI = "sqlite+pysqlite:///:memory:"


@contextmanager
def catalog_in_memory(make: Callable[[str], Flask]) -> Iterator[Callable[[], FlaskClient]]:
    """Gives clients of the app that ``make`` gives for an address; each finds the tables empty."""
    engine = make_engine(URI, 1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("catalog.app.make_engine", lambda *_: engine)
        app = make(URI)

    def empty_client() -> FlaskClient:
        _empty(engine)
        return app.test_client()

    yield empty_client
    engine.dispose()


def _empty(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(text("PRAGMA foreign_keys = OFF"))
        for name in inspect(connection).get_table_names():
            connection.execute(text(f"DELETE FROM {name}"))
        connection.execute(text("PRAGMA foreign_keys = ON"))
