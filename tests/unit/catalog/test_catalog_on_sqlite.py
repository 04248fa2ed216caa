"""The catalog on SQLite in memory."""

import pytest
from flask.testing import FlaskClient

from catalog.app import create_app
from catalog.settings import Settings
from tests.support.catalog.cases import CatalogCases


class TestCatalogOnSQLite(CatalogCases):
    @pytest.fixture
    def client(self) -> FlaskClient:
        return create_app(Settings(sqlalchemy_database_uri="sqlite+pysqlite:///:memory:")).test_client()
