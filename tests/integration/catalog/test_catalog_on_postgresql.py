"""The catalog on PostgreSQL, and what only a real server shows: races, and being away."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from catalog.app import create_app
from catalog.settings import Settings
from deploy.local.ports import free_port
from tests.support.catalog.cases import CatalogCases


@pytest.fixture(scope="module")
def app(make_migrated: Callable[[], str]) -> Flask:
    return create_app(Settings(sqlalchemy_database_uri=make_migrated(), db_pool_size=10))


@pytest.fixture
def client(app: Flask, catalog_tables: None) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def catalog_tables(app: Flask) -> None:
    """Empty the tables by the API's own engine: the blueprint's repository holds it."""
    listed = app.test_client()
    for name in ("types", "groups"):
        for row in listed.get(f"/api/{name}/").get_json()["items"]:
            listed.delete(f"/api/{name}/{row['id']}")


class TestCatalogOnPostgreSQL(CatalogCases):
    @pytest.fixture
    def client(self, client: FlaskClient) -> FlaskClient:
        return client


Call = tuple[str, str, Mapping[str, object], Mapping[str, str]]


def statuses(app: Flask, calls: Sequence[Call]) -> list[int]:
    def call(one: Call) -> int:
        method, path, body, headers = one
        return app.test_client().open(path, method=method, json=body, headers=headers).status_code

    with ThreadPoolExecutor(8) as pool:
        return sorted(pool.map(call, calls))


def test_of_parallel_creates_of_one_id_one_wins(app: Flask, catalog_tables: None) -> None:
    assert statuses(app, [("POST", "/api/groups/", {"id": 1}, {})] * 8) == [201] + [400] * 7


def test_of_parallel_changes_with_one_etag_one_wins(app: Flask, client: FlaskClient) -> None:
    for _ in range(10):
        client.post("/api/groups/", json={"id": 1, "name": "start"})
        etag = client.get("/api/groups/1").headers["ETag"]
        calls = [("PUT", "/api/groups/1", {"name": f"n{number}"}, {"If-Match": etag}) for number in range(6)]
        assert statuses(app, calls) == [200] + [412] * 5
        client.delete("/api/groups/1")


def test_group_that_gets_a_type_while_it_is_deleted_ends_consistent(app: Flask, client: FlaskClient) -> None:
    for number in range(10):
        client.post("/api/groups/", json={"id": 1})
        calls: list[Call] = [
            ("DELETE", "/api/groups/1", {}, {}),
            ("POST", "/api/types/", {"id": number, "group_id": 1}, {}),
        ]
        assert statuses(app, calls) in ([200, 400], [201, 409])
        client.delete(f"/api/types/{number}")


def test_catalog_answers_503_while_the_server_is_away_and_recovers(app: Flask, postgres: str) -> None:
    gone = create_app(Settings(postgres_host="127.0.0.1", postgres_port=free_port())).test_client()
    answer = gone.get("/api/db-status")
    assert (answer.status_code, answer.content_type) == (503, "application/problem+json")
    assert gone.get("/api/groups/").status_code == 503


def test_catalog_recovers_after_its_connections_were_cut(migrated: str) -> None:
    client = create_app(Settings(sqlalchemy_database_uri=migrated)).test_client()
    assert client.get("/api/groups/").status_code == 200
    engine = create_engine(migrated)
    with engine.connect() as connection:
        others = "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
        connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
    engine.dispose()
    assert client.get("/api/groups/").status_code in (200, 503)
    assert client.get("/api/groups/").status_code == 200
