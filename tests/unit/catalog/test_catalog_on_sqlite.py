"""The catalog on SQLite in memory."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from catalog.app import create_app
from catalog.settings import Settings
from tests.support.catalog.cases import CatalogCases
from tests.support.catalog.in_memory import catalog_in_memory


@pytest.fixture(scope="module")
def empty_client() -> Iterator[Callable[[], FlaskClient]]:
    with catalog_in_memory(lambda uri: create_app(Settings(sqlalchemy_database_uri=uri))) as empty_client:
        yield empty_client


class TestCatalogOnSQLite(CatalogCases):
    @pytest.fixture
    def client(self, empty_client: Callable[[], FlaskClient]) -> FlaskClient:
        return empty_client()
