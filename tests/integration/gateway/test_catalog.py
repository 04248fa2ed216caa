"""The catalog on a real PostgreSQL through the real gateway: its answers arrive as they are, bad input is refused."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from deploy.local.ports import LOOPBACK, free_port
from tests.support.gateway.process import running_gateway
from tests.support.gateway.raw_http import RawAnswer, exchange
from tests.support.servers.services import running_service

JSON = {"Content-Type": "application/json"}
GROUPS = "/api/groups/"


@pytest.fixture(scope="module")
def gateway(make_migrated: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("stack")
    uri = make_migrated()
    nowhere = f"http://{LOOPBACK}:{free_port()}"
    with (
        running_service("catalog.wsgi:app", folder, {"SQLALCHEMY_DATABASE_URI": uri}) as (catalog, _),
        running_gateway(folder, catalog, nowhere, {}) as (url, _),
    ):
        yield url


@pytest.fixture(autouse=True)
def groups(gateway: str) -> Iterator[None]:
    """One group before each test; whatever a test sent, only this one is there afterwards."""
    exchange(gateway, "POST", GROUPS, JSON, b'{"id": 1, "name": "fiction"}')
    yield
    answer = exchange(gateway, "GET", GROUPS)
    assert [item["id"] for item in answer.json()["items"]] == [1]


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


TARGETS = [
    pytest.param("/api/groups/%00", (404,), id="15-nul"),
    pytest.param("/api/groups/?q=%00", (400,), id="15-nul-in-query"),
    pytest.param("/api/groups/..%2f..%2finternal", (404,), id="16-encoded-slashes"),
    pytest.param("/api/groups/../internal/applied/x", (404,), id="16-dots"),
    pytest.param("/internal/applied/x/close", (404,), id="16-internal"),
    pytest.param("/api/groups/@evil.example", (404,), id="17-at-host"),
    pytest.param("/api/groups/%ff", (404,), id="18-invalid-utf8"),
    pytest.param("/api/groups/2147483648", (400, 404), id="27-beyond-int32"),
    pytest.param("/api/groups/9223372036854775808", (404,), id="27-beyond-int64"),
    pytest.param("/api/groups/" + "9" * 31, (404,), id="27-huge-id"),
    pytest.param("/api/groups/" + "9" * 31, (404,), id="27-huge"),
    pytest.param("/api/groups/%EF%BC%91", (404,), id="27-full-width"),
    pytest.param("/api/groups/?limit=-1", (400,), id="28-negative"),
    pytest.param("/api/groups/?limit=9223372036854775808", (400,), id="29-huge"),
    pytest.param("/api/groups/?limit=" + "9" * 3900, (400,), id="29-digits"),
    pytest.param("/api/groups/?limit=%EF%BC%91%EF%BC%92", (400,), id="30-full-width"),
    pytest.param("/api/groups/?limit=1_0", (400,), id="30-underscore"),
    pytest.param("/api/groups/?limit=5&after=bogus", (400,), id="31-bad-cursor"),
    pytest.param("/api/groups/?sort=id;drop", (400,), id="41-sort"),
]


@pytest.mark.parametrize(("target", "statuses"), TARGETS)
def test_catalog_and_gateway_refuse_a_bad_target(gateway: str, target: str, statuses: tuple[int, ...]) -> None:
    answer = exchange(gateway, "GET", target)
    assert answer.status in statuses
    answer.problem()


BODIES = [
    pytest.param(b'{"id": 3, "name": "\xff"}', id="19-invalid-utf8"),
    pytest.param('{"id": 3}'.encode("utf-16"), id="20-utf16"),
    pytest.param(b'\xef\xbb\xbf{"id": 3}', id="20-byte-order-mark"),
    pytest.param(b'{"id": NaN}', id="21-nan"),
    pytest.param(b'{"id": 1e400}', id="21-1e400"),
    pytest.param(b'{"id": 3, "id": 4}', id="22-duplicate-key"),
    pytest.param(b'{"id":' * 100_000 + b"1" + b"}" * 100_000, id="23-deep"),
    pytest.param(b'{"id": ' + b"9" * 5000 + b"}", id="24-long-integer"),
    pytest.param(b'{"id": 3, "name": "\\ud800"}', id="25-lone-surrogate"),
    pytest.param(b'{"id": 3, "name": "a\\u0000"}', id="26-nul"),
    pytest.param(b'{"id": 2147483648}', id="27-beyond-int32"),
    pytest.param(b'{"id": 9223372036854775808}', id="27-beyond-int64"),
    pytest.param(b'{"id": true}', id="27-no-number"),
    pytest.param(b'{"id": 1}', id="id-that-exists"),
    pytest.param(b"", id="32-empty"),
    pytest.param(b"1", id="32-scalar"),
    pytest.param(b"null", id="32-null"),
    pytest.param(b'{"id": 3}x', id="32-trailing-garbage"),
]


@pytest.mark.parametrize("body", BODIES)
def test_catalog_refuses_a_bad_body_through_the_gateway(gateway: str, body: bytes) -> None:
    answer = exchange(gateway, "POST", GROUPS, JSON, body)
    assert answer.status == 400
    answer.problem()
    assert b"Traceback" not in answer.body
    assert b"psycopg2" not in answer.body


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded"])
def test_catalog_names_what_it_takes_when_the_type_is_wrong(gateway: str, content_type: str) -> None:
    answer = exchange(gateway, "POST", GROUPS, {"Content-Type": content_type}, b'{"id": 3}')
    assert (answer.status, answer.headers["accept-post"]) == (415, "application/json")


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
