"""Every kind of column on SQLite in memory."""

from collections.abc import Callable, Iterator

import pytest
from flask.testing import FlaskClient

from tests.support.catalog.cabinets import app_with_cabinets
from tests.support.catalog.column_cases import ColumnCases
from tests.support.catalog.in_memory import catalog_in_memory


@pytest.fixture(scope="module")
def empty_client() -> Iterator[Callable[[], FlaskClient]]:
    with catalog_in_memory(app_with_cabinets) as empty_client:
        yield empty_client


class TestColumnsOnSQLite(ColumnCases):
    @pytest.fixture
    def client(self, empty_client: Callable[[], FlaskClient]) -> FlaskClient:
        client = empty_client()
        for row_id, name in ((1, "text"), (2, "audio")):
            client.post("/api/groups/", json={"id": row_id, "name": name})
        return client
