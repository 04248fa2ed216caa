"""Bulk calls that only the importer may make."""

import pytest
from flask.testing import FlaskClient

from catalog.app import create_app
from catalog.settings import Settings
from tests.support.catalog.bulk import GROUPS, SERVICE, TOKEN, bulk, words


def test_remove_takes_only_rows_that_nobody_changed_or_uses(client: FlaskClient) -> None:
    made = bulk(client, GROUPS, [{"id": row, "name": "n"} for row in (20, 21, 22, 23)])["outcomes"]
    client.put("/api/groups/21", json={"name": "edited"})
    client.post("/api/types/", json={"id": 30, "group_id": 22})
    client.delete("/api/groups/23")
    items = [{"id": one["id"], "etag": one["etag"]} for one in made]
    headers = {"Idempotency-Key": "u:1-4", **SERVICE}
    answer = client.post("/internal/groups/remove", json={"items": items}, headers=headers)
    assert words(answer.get_json()) == ["removed", "changed", "in_use", "missing"]
    assert answer.get_json()["outcomes"][2]["detail"] == "It is still used by 1 row of types."
    assert client.get("/api/groups/20").status_code == 404
    client.post("/api/groups/", json={"id": 20, "name": "n"})
    again = client.post("/internal/groups/remove", json={"items": items}, headers=headers)
    assert again.get_json() == answer.get_json()
    assert client.get("/api/groups/20").status_code == 200


@pytest.mark.parametrize("path", ["/internal/groups/remove", "/internal/applied/k/close"])
@pytest.mark.parametrize("header", [None, "Bearer wrong", f"Basic {TOKEN}", "Bearer "])
def test_internal_calls_are_for_the_importer(client: FlaskClient, path: str, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    assert client.post(path, json={"items": [{"id": 1, "etag": ""}]}, headers=headers).status_code == 401


def test_service_token_that_is_not_set_lets_nobody_in(uri: str) -> None:
    client = create_app(Settings(sqlalchemy_database_uri=uri)).test_client()
    for header in ("Bearer ", "Bearer"):
        assert client.post("/internal/applied/k/close", headers={"Authorization": header}).status_code == 401
