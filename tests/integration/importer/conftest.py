"""A migrated ledger on a real PostgreSQL."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from importer.app import create_app
from importer.database import make_engine
from importer.settings import Settings
from tests.support.importer.ledger import Ledger


@pytest.fixture(scope="module")
def ledger_uri(make_migrated: Callable[[], str]) -> str:
    return make_migrated()


@pytest.fixture
def ledger(ledger_uri: str) -> Iterator[Ledger]:
    engine = make_engine(ledger_uri, pool_size=8)
    made = Ledger(engine)
    made.run("TRUNCATE importer.batch, importer.worker CASCADE")
    yield made
    engine.dispose()


@pytest.fixture
def client(ledger: Ledger, ledger_uri: str) -> FlaskClient:
    return create_app(Settings(sqlalchemy_database_uri=ledger_uri)).test_client()
