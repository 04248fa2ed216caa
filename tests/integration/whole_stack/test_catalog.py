"""The catalog on a real PostgreSQL through the real gateway: its answers arrive as they are."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.gateway.raw_http import RawAnswer, exchange
from tests.support.stacks.whole import WholeStack

JSON = {"Content-Type": "application/json"}
GROUPS = "/api/groups/"


@pytest.fixture
def gateway(stack: WholeStack) -> str:
    return stack.url


@pytest.fixture(autouse=True)
def groups(gateway: str) -> Iterator[None]:
    """One group before each test; whatever a test sent, only this one is there afterwards."""
    exchange(gateway, "POST", GROUPS, JSON, b'{"id": 1, "name": "fiction"}')
    yield
    answer = exchange(gateway, "GET", GROUPS)
    assert [item["id"] for item in answer.json()["items"]] == [1]
    exchange(gateway, "DELETE", f"{GROUPS}1")


def send(gateway: str, method: str, target: str, value: Any, **headers: str) -> RawAnswer:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return exchange(gateway, method, target, {**JSON, **named}, json.dumps(value).encode())


def test_catalog_keeps_etag_location_and_304_through_the_gateway(gateway: str) -> None:
    created = send(gateway, "POST", GROUPS, {"id": 2, "name": "maps"})
    assert (created.status, created.headers["location"]) == (201, "/api/groups/2")
    one = exchange(gateway, "GET", "/api/groups/2")
    assert one.json()["name"] == "maps"
    tag = one.headers["etag"]
    assert exchange(gateway, "GET", "/api/groups/2", {"If-None-Match": tag}).status == 304
    assert send(gateway, "PUT", "/api/groups/2", {"name": "atlases"}, If_Match=tag).status == 200
    assert send(gateway, "PUT", "/api/groups/2", {"name": "globes"}, If_Match=tag).status == 412
    assert exchange(gateway, "DELETE", "/api/groups/2").json() == {"status": "deleted", "id": 2}


def test_delete_without_body_is_one_whatever_the_client_says_of_its_type(gateway: str) -> None:
    send(gateway, "POST", GROUPS, {"id": 2})
    assert exchange(gateway, "DELETE", "/api/groups/2", JSON).json() == {"status": "deleted", "id": 2}


def test_catalog_list_answers_with_and_without_the_last_slash(gateway: str) -> None:
    assert exchange(gateway, "GET", "/api/groups").json() == exchange(gateway, "GET", GROUPS).json()


@pytest.mark.parametrize("path", ["/api/groups/1", "/api/groups/1/"])
def test_service_says_which_methods_it_has(gateway: str, path: str) -> None:
    refused = exchange(gateway, "PATCH", path, JSON, b"{}")
    assert (refused.status, refused.problem()["code"]) == (405, "method_not_allowed")
    assert refused.problem()["instance"] == path
    assert refused.headers["allow"] == "DELETE, GET, HEAD, OPTIONS, PUT"
    asked = exchange(gateway, "OPTIONS", path)
    assert (asked.status, asked.body, set(asked.headers["allow"].split(", "))) == (
        200, b"", {"DELETE", "GET", "HEAD", "OPTIONS", "PUT"},
    )  # fmt: skip


def test_catalog_list_comes_as_csv_through_the_gateway(gateway: str) -> None:
    answer = exchange(gateway, "GET", GROUPS, {"Accept": "text/csv"})
    assert (answer.whole, answer.headers["content-type"]) == (True, "text/csv; charset=utf-8")
    assert "attachment" in answer.headers["content-disposition"]


def test_texts_go_through_the_gateway_in_their_form_their_order_and_their_delimiter(gateway: str) -> None:
    names = ["\u00a0Ёж ", "ель", "\u0438\u0306од", "Жук"]
    kept = {
        row: send(gateway, "POST", GROUPS, {"id": row, "name": name}).json()["name"]
        for row, name in enumerate(names, -4)
    }
    try:
        assert list(kept.values()) == ["Ёж", "ель", "\u0439од", "Жук"]
        page = exchange(gateway, "GET", f"{GROUPS}?sort=-name&limit=3").json()
        rest = exchange(gateway, "GET", f"{GROUPS}?sort=-name&limit=3&after={page['next']}").json()
        assert [row["id"] for row in [*page["items"], *rest["items"]]] == [-2, -1, -3, -4, 1]
        assert [row["id"] for row in exchange(gateway, "GET", f"{GROUPS}?q=-3").json()["items"]] == [-3]
        table = exchange(gateway, "GET", f"{GROUPS}?format=csv&delimiter=%3B&q=%D0%95%D0%96").body
        assert table.decode("utf-8-sig") == "id;name;comment\r\n-4;Ёж;\r\n"
    finally:
        for row in kept:
            exchange(gateway, "DELETE", f"{GROUPS}{row}")
