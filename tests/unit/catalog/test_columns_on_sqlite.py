"""Every kind of column on SQLite in memory."""

import pytest
from flask.testing import FlaskClient

from tests.support.catalog.cabinets import app_with_cabinets
from tests.support.catalog.column_cases import ColumnCases


class TestColumnsOnSQLite(ColumnCases):
    @pytest.fixture
    def client(self) -> FlaskClient:
        client = app_with_cabinets("sqlite+pysqlite:///:memory:").test_client()
        for row_id, name in ((1, "text"), (2, "audio")):
            client.post("/api/groups/", json={"id": row_id, "name": name})
        return client
