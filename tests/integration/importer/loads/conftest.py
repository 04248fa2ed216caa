"""What tests of loads need: a real catalog behind a real socket, and an importer that computes at once."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from catalog.app import create_app as create_catalog
from catalog.settings import Settings as CatalogSettings
from importer.settings import Settings
from tests.support.importer.ledger import Ledger
from tests.support.importer.loads import TOKEN
from tests.support.servers.embedded import REGISTER, emptying
from tests.support.servers.served import served


def empty_register(uri: str) -> None:
    """But for two groups. Ledger and register live in one database here, as they do by default."""
    engine = create_engine(uri)
    with engine.begin() as connection:
        connection.execute(text(emptying(*REGISTER)))
        connection.execute(text("INSERT INTO tbc.books_files_groups VALUES (1, 'text', 'old'), (2, 'audio', NULL)"))
    engine.dispose()


@pytest.fixture(scope="module")
def running_catalog(ledger_uri: str) -> Iterator[str]:
    with served(create_catalog(CatalogSettings(sqlalchemy_database_uri=ledger_uri, service_token=TOKEN))) as address:
        yield address


@pytest.fixture
def catalog(ledger: Ledger, ledger_uri: str, running_catalog: str) -> str:
    """Its address."""
    empty_register(ledger_uri)
    return running_catalog


@pytest.fixture
def settings(ledger_uri: str, catalog: str) -> Settings:
    return Settings(
        sqlalchemy_database_uri=ledger_uri, service_token=TOKEN, catalog_url=catalog, celery_task_always_eager=True
    )


@pytest.fixture
def client(serve: Callable[[Settings], FlaskClient], settings: Settings) -> FlaskClient:
    return serve(settings)
