"""A migrated ledger on a real PostgreSQL, and the importer on it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from flask import Flask
from flask.testing import FlaskClient

from importer.app import create_app
from importer.database import make_engine
from importer.services import Services, keep_services
from importer.settings import Settings
from tests.support.importer.ledger import Ledger
from tests.support.servers.embedded import LEDGER, emptying

Served = Callable[[Settings], FlaskClient]


@pytest.fixture(scope="module")
def ledger_uri(make_migrated: Callable[[], str]) -> str:
    return make_migrated()


@pytest.fixture
def ledger(ledger_uri: str) -> Iterator[Ledger]:
    engine = make_engine(ledger_uri, pool_size=8)
    made = Ledger(engine)
    made.run(emptying(*LEDGER))
    yield made
    engine.dispose()


@pytest.fixture(scope="module")
def app(ledger_uri: str) -> Flask:
    """Routes and documents, which take longer to make than most tests."""
    return create_app(Settings(sqlalchemy_database_uri=ledger_uri))


@pytest.fixture
def serve(app: Flask, ledger: Ledger) -> Iterator[Served]:
    """Gives a client of the app, which works from now on with these settings: nothing of another test is in it."""
    with ExitStack() as engines:

        def serve(settings: Settings) -> FlaskClient:
            here = Services.of(settings)
            engines.callback(here.engine.dispose)
            keep_services(app, here)
            return app.test_client()

        yield serve


@pytest.fixture
def client(serve: Served, ledger_uri: str) -> FlaskClient:
    return serve(Settings(sqlalchemy_database_uri=ledger_uri))
