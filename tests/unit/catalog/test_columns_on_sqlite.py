"""Every kind of column on SQLite in memory."""

import pytest
from flask.testing import FlaskClient

from tests.support.catalog.column_cases import ColumnCases
from tests.support.catalog.shelves import app_with_shelves


class TestColumnsOnSQLite(ColumnCases):
    @pytest.fixture
    def client(self) -> FlaskClient:
        client = app_with_shelves("sqlite+pysqlite:///:memory:").test_client()
        for row_id, name in ((1, "text"), (2, "audio")):
            client.post("/api/groups/", json={"id": row_id, "name": name})
        return client
