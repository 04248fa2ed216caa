"""A catalog on a real PostgreSQL with a few rows."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from catalog.app import create_app
from catalog.settings import Settings
from stackroom_kit.settings import Secret
from tests.support.catalog.bulk import TOKEN
from tests.support.servers.embedded import REGISTER, emptying


@pytest.fixture(scope="module")
def uri(make_migrated: Callable[[], str]) -> str:
    return make_migrated()


@pytest.fixture(scope="module")
def app(uri: str) -> Flask:
    return create_app(Settings(sqlalchemy_database_uri=uri, service_token=Secret(TOKEN), max_bulk_items=5000))


@pytest.fixture
def client(app: Flask, uri: str) -> FlaskClient:
    with create_engine(uri).begin() as connection:
        connection.execute(text(emptying(*REGISTER)))
        connection.execute(text("INSERT INTO tbc.books_files_groups VALUES (1, 'text', 'old'), (2, 'audio', NULL)"))
        connection.execute(text("INSERT INTO tbc.books_files_groups VALUES (3, 'twin', ''), (4, 'twin', '')"))
        connection.execute(text("INSERT INTO tbc.books_files_types VALUES (10, 'epub', NULL, 1)"))
    return app.test_client()
