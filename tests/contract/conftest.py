"""The worker API on a port."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine

from importer.database import make_engine
from importer.settings import Settings
from importer.worker_api.app import create_app as create_worker_api
from stackroom_kit.settings import Secret
from tests.support.servers.embedded import empty_tables
from tests.support.servers.served import served
from tests.support.workers.calls import OTHER_TOKEN, PEPPERS, TOKEN, Importer


@pytest.fixture(scope="module")
def database(make_migrated: Callable[[], str]) -> str:
    return make_migrated()


@pytest.fixture
def migrated(database: str) -> str:
    """One for all tests of a file, emptied before each: that is quicker than a database for each."""
    empty_tables(database)
    return database


@pytest.fixture(scope="module")
def running(database: str) -> Iterator[Importer]:
    tokens = Secret(f"{TOKEN.reveal()},{OTHER_TOKEN.reveal()}")
    settings = Settings(sqlalchemy_database_uri=database, worker_token=tokens, worker_token_peppers=PEPPERS)
    with served(create_worker_api(settings)) as url:
        yield Importer(database, url)


@pytest.fixture
def importer(running: Importer, migrated: str) -> Importer:
    """Both apps, with empty tables."""
    return running


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    made = make_engine(database, 1)
    yield made
    made.dispose()


@pytest.fixture
def look_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes see which operations others wrote within a second; here at once."""
    monkeypatch.setattr("importer.registry.registry.LOOK_SECONDS", 0.0)
