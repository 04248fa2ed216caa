"""What tests of loads need: a real catalog behind a real socket, and an importer that computes at once."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from catalog.app import create_app as create_catalog
from catalog.migrate import migrate as migrate_catalog
from catalog.settings import Settings as CatalogSettings
from importer.app import create_app
from importer.settings import Settings
from tests.support.importer.ledger import Ledger
from tests.support.importer.loads import TOKEN
from tests.support.servers.served import served


@pytest.fixture
def catalog_settings() -> dict[str, Any]:
    return {}


@pytest.fixture
def catalog(ledger: Ledger, ledger_uri: str, catalog_settings: dict[str, Any]) -> Iterator[str]:
    """Its address. Ledger and register live in one database here, as they do by default."""
    migrate_catalog(ledger_uri)
    with create_engine(ledger_uri).begin() as connection:
        connection.execute(text("TRUNCATE tbc.books_files_groups, catalog.applied_request CASCADE"))
        connection.execute(text("INSERT INTO tbc.books_files_groups VALUES (1, 'text', 'old'), (2, 'audio', NULL)"))
    settings = CatalogSettings(sqlalchemy_database_uri=ledger_uri, service_token=TOKEN, **catalog_settings)
    with served(create_catalog(settings)) as address:
        yield address


@pytest.fixture
def settings(ledger_uri: str, catalog: str) -> Settings:
    return Settings(
        sqlalchemy_database_uri=ledger_uri, service_token=TOKEN, catalog_url=catalog, celery_task_always_eager=True
    )


@pytest.fixture
def client(settings: Settings) -> FlaskClient:
    return create_app(settings).test_client()
