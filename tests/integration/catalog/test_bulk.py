"""Bulk calls on a real PostgreSQL: an outcome per row, once per key, and nothing half."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from catalog.app import create_app
from catalog.settings import Settings
from stackroom_kit.settings import Secret

TOKEN = "of-the-importer"
SERVICE = {"Authorization": f"Bearer {TOKEN}"}
GROUPS, TYPES = "/api/groups/bulk", "/api/types/bulk"


@pytest.fixture(scope="module")
def uri(make_migrated: Callable[[], str]) -> str:
    return make_migrated()


@pytest.fixture(scope="module")
def app(uri: str) -> Flask:
    return create_app(Settings(sqlalchemy_database_uri=uri, service_token=Secret(TOKEN), max_bulk_items=5000))


@pytest.fixture
def client(app: Flask, uri: str) -> FlaskClient:
    with create_engine(uri).begin() as connection:
        connection.execute(text("TRUNCATE tbc.books_files_groups, catalog.applied_request CASCADE"))
        connection.execute(text("INSERT INTO tbc.books_files_groups VALUES (1, 'text', 'old'), (2, 'audio', NULL)"))
        connection.execute(text("INSERT INTO tbc.books_files_groups VALUES (3, 'twin', ''), (4, 'twin', '')"))
        connection.execute(text("INSERT INTO tbc.books_files_types VALUES (10, 'epub', NULL, 1)"))
    return app.test_client()


def bulk(client: FlaskClient, path: str, items: list[Any], query: str = "", **headers: str) -> Any:
    answer = client.post(f"{path}{query}", json={"items": items}, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def words(answer: Any) -> list[str]:
    return [one.get("code", one["outcome"]) for one in answer["outcomes"]]


MIXED = [
    {"id": 5, "name": "new", "comment": None},
    {"id": 1, "name": "changed", "comment": "old"},
    {"id": 2, "name": "audio", "comment": None},
    {"id": 5, "name": "again", "comment": None},
    {"id": 6, "name": "x" * 51},
    {"id": 2**31, "name": "x"},
    {"name": "x"},
    "no object",
    {"id": 7, "title": "x"},
    {"id": 8, "name": "'); DROP TABLE tbc.books_files_groups; --", "comment": "%s {} \\ \" '"},
]
REFUSED = ["duplicate_of", "too_long", "out_of_range", "missing_field", "not_an_object", "unknown_field"]


@pytest.mark.parametrize(
    ("on_conflict", "first", "second", "third"),
    [
        ("fail", "created", "exists", "exists"),
        ("skip", "created", "skipped", "skipped"),
        ("update", "created", "updated", "unchanged"),
    ],
)
def test_bulk_gives_an_outcome_for_every_item_in_order(
    client: FlaskClient, on_conflict: str, first: str, second: str, third: str
) -> None:
    answer = bulk(client, GROUPS, MIXED, f"?on_conflict={on_conflict}")
    assert words(answer) == [first, second, third, *REFUSED, "created"]
    assert [one["index"] for one in answer["outcomes"]] == list(range(10))
    assert sum(answer["counts"].values()) == 10
    assert client.get("/api/groups/8").get_json()["name"] == MIXED[9]["name"]  # type: ignore[index]
    kept = client.get("/api/groups/1").get_json()["name"]
    assert kept == ("changed" if on_conflict == "update" else "text")


WHOLE = {"file_name": "épub", "comments": None}


@pytest.mark.parametrize(
    "items",
    [
        [{"id": 11, **WHOLE, "group_id": 1}, {"id": 10, **WHOLE, "group_id": 2}],
        [{"group": "text", "id": 11, **WHOLE}],
        [{"id": 11, "group": "audio"}, {"id": 10, "group": "audio"}],
        [{"id": 10, "comments": "new"}],
        [{"id": 11, "group_id": 1}, {"id": 10, **WHOLE, "group": "text"}, {"id": 12, "group_id": 2, **WHOLE}],
    ],
)
def test_bulk_etag_is_the_one_of_the_row_whatever_its_item_names(
    client: FlaskClient, items: list[dict[str, Any]]
) -> None:
    for one in bulk(client, TYPES, items, "?on_conflict=update")["outcomes"]:
        assert one["outcome"] in {"created", "updated"}
        assert one["etag"] == client.get(f"/api/types/{one['id']}").headers["ETag"]


def test_bulk_etag_is_the_one_of_a_row_that_belongs_to_no_other(client: FlaskClient) -> None:
    whole, part = bulk(client, GROUPS, [{"id": 5, "name": "new", "comment": ""}, {"id": 6, "name": "x"}])["outcomes"]
    (alone,) = bulk(client, GROUPS, [{"id": 7, "name": "new", "comment": ""}])["outcomes"]
    for one in (whole, part, alone):
        assert one["etag"] == client.get(f"/api/groups/{one['id']}").headers["ETag"]


def test_bulk_update_keeps_fields_that_an_item_leaves_out(client: FlaskClient) -> None:
    items = [{"id": 1, "name": "texts"}, {"id": 2, "comment": "sounds"}, {"id": 3}, {"id": 9}]
    assert words(bulk(client, GROUPS, items, "?on_conflict=update")) == ["updated", "updated", "unchanged", "created"]
    assert client.get("/api/groups/1").get_json() == {"id": 1, "name": "texts", "comment": "old"}
    assert client.get("/api/groups/2").get_json() == {"id": 2, "name": "audio", "comment": "sounds"}


@pytest.mark.parametrize(("on_conflict", "outcome"), [("fail", "exists"), ("skip", "skipped"), ("update", "unchanged")])
def test_bulk_item_of_an_id_alone_leaves_its_row_as_it_is(client: FlaskClient, on_conflict: str, outcome: str) -> None:
    answer = bulk(client, TYPES, [{"id": 10}, {"id": 11}], f"?on_conflict={on_conflict}")
    assert words(answer) == [outcome, "missing_field"]
    assert client.get("/api/types/10").get_json()["file_name"] == "epub"


def test_bulk_types_find_their_group_by_id_or_name(client: FlaskClient) -> None:
    items = [
        {"id": 11, "file_name": "mp3", "group_id": 2},
        {"id": 12, "file_name": "txt", "group": "text"},
        {"id": 13, "group_id": 99},
        {"id": 14, "group": "nobody"},
        {"id": 15, "group": "twin"},
        {"id": 16, "group": "text", "group_id": 1},
        {"id": 17, "file_name": "none"},
        {"id": 10, "comments": "known"},
        {"id": 18, "group": 7},
        {"id": 19, "group": ["text"]},
    ]
    assert words(bulk(client, TYPES, items, "?on_conflict=update")) == [
        "created", "created", "unknown_group", "unknown_group", "ambiguous_group", "two_references", "missing_field",
        "updated", "unknown_group", "unknown_group",
    ]  # fmt: skip
    assert client.get("/api/types/10").get_json()["group_id"] == 1
    assert client.get("/api/types/12").get_json()["group_name"] == "text"


def test_bulk_that_must_be_whole_writes_nothing_when_a_row_fails(client: FlaskClient) -> None:
    answer = bulk(client, GROUPS, [{"id": 5}, {"id": 1}, {"id": 6}], "?atomic=true")
    assert words(answer) == ["atomic", "exists", "atomic"]
    assert client.get("/api/groups/5").status_code == 404
    assert words(bulk(client, GROUPS, [{"id": 5}, {"id": 6}], "?atomic=true")) == ["created", "created"]


def test_bulk_dry_run_says_the_same_and_leaves_nothing(client: FlaskClient, uri: str) -> None:
    tried = bulk(client, GROUPS, MIXED, "?on_conflict=update&dry_run=true", **{"Idempotency-Key": "k"})
    assert tried["dry_run"] is True
    assert client.get("/api/groups/5").status_code == 404
    done = bulk(client, GROUPS, MIXED, "?on_conflict=update")
    assert words(tried) == words(done)
    with create_engine(uri).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM catalog.applied_request")).scalar() == 0


def test_bulk_repeated_under_its_key_changes_nothing_even_after_an_edit(client: FlaskClient) -> None:
    items, key = [{"id": 1, "name": "loaded"}], {"Idempotency-Key": "k"}
    first = bulk(client, GROUPS, items, "?on_conflict=update", **key)
    client.put("/api/groups/1", json={"name": "edited"})
    again = client.post(f"{GROUPS}?on_conflict=update", json={"items": items}, headers=key)
    assert again.get_json() == first
    assert again.headers["Idempotent-Replayed"] == "true"
    assert client.get("/api/groups/1").get_json()["name"] == "edited"
    other = client.post(f"{GROUPS}?on_conflict=skip", json={"items": items}, headers=key)
    assert (other.status_code, other.get_json()["code"]) == (422, "idempotency_key_reused")


def test_bulk_keys_of_the_importer_are_apart_from_all_others(client: FlaskClient) -> None:
    key = {"Idempotency-Key": "batch:1-2500"}
    assert words(bulk(client, GROUPS, [{"id": 5}], **key)) == ["created"]
    assert words(bulk(client, GROUPS, [{"id": 6}], **key, **SERVICE)) == ["created"]


@pytest.mark.parametrize("key", ["", "a b", "x" * 201])
def test_bulk_refuses_a_wrong_key(client: FlaskClient, key: str) -> None:
    answer = client.post(GROUPS, json={"items": [{"id": 5}]}, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.get_json()["code"]) == (400, "bad_idempotency_key")


def together(app: Flask, *calls: Callable[[FlaskClient], Any]) -> list[Any]:
    """What the calls gave, each from a thread of its own, all begun at once."""
    barrier, answers = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number: int) -> None:
        client = app.test_client()
        barrier.wait(10)
        answers[number] = calls[number](client)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers


def test_bulk_calls_with_one_key_at_once_are_applied_once(client: FlaskClient, app: Flask) -> None:
    items = [{"id": row, "name": f"n{row}"} for row in range(100, 600)]
    key = {"Idempotency-Key": "k"}
    answers = together(app, *[lambda one: one.post(GROUPS, json={"items": items}, headers=key)] * 3)
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.data for answer in answers}) == 1
    assert answers[0].get_json()["counts"] == {"created": 500}
    assert sorted(answer.headers.get("Idempotent-Replayed", "") for answer in answers) == ["", "true", "true"]


def test_bulk_calls_on_the_same_rows_at_once_all_end(client: FlaskClient, app: Flask) -> None:
    up = [{"id": row, "name": f"n{row}"} for row in range(100, 400)]
    down = [{"id": row, "comment": f"c{row}"} for row in range(400, 99, -1)]
    calls: list[Callable[[FlaskClient], Any]] = [
        lambda one, items=items: one.post(f"{GROUPS}?on_conflict=update", json={"items": items})  # type: ignore[misc]
        for items in (up, down, [*down, {"id": 1, "name": "z"}], up[::-1])
    ]
    assert [answer.status_code for answer in together(app, *calls)] == [200] * 4


def test_bulk_types_and_the_deletion_of_their_group_at_once_lose_no_outcome(client: FlaskClient, app: Flask) -> None:
    items = [{"id": row, "group_id": 2} for row in range(100, 400)]
    loaded, deleted = together(
        app, lambda one: one.post(TYPES, json={"items": items}), lambda one: one.delete("/api/groups/2")
    )
    (outcome,) = set(words(loaded.get_json()))
    assert (outcome, deleted.status_code) in {("created", 409), ("unknown_group", 200)}


def close(client: FlaskClient, key: str) -> Any:
    return client.post(f"/internal/applied/{key}/close", headers=SERVICE)


def test_closed_key_applies_nothing_ever(client: FlaskClient) -> None:
    assert close(client, "b:1-10").get_json() == {"state": "closed"}
    assert close(client, "b:1-10").get_json() == {"state": "closed"}
    late = client.post(GROUPS, json={"items": [{"id": 5}]}, headers={"Idempotency-Key": "b:1-10", **SERVICE})
    assert (late.status_code, late.get_json()["code"]) == (409, "closed")
    assert client.get("/api/groups/5").status_code == 404


def test_key_that_was_applied_cannot_be_closed(client: FlaskClient) -> None:
    first = bulk(client, GROUPS, [{"id": 5}], **{"Idempotency-Key": "b:1-10"}, **SERVICE)
    assert close(client, "b:1-10").get_json() == {"state": "applied", "answer": first}


def test_key_closed_and_applied_at_once_ends_one_way(client: FlaskClient, app: Flask) -> None:
    headers = {"Idempotency-Key": "b:1-10", **SERVICE}
    items = [{"id": row} for row in range(100, 400)]
    closed, applied = together(
        app,
        lambda one: close(one, "b:1-10"),
        lambda one: one.post(GROUPS, json={"items": items}, headers=headers),
    )
    is_there = client.get("/api/groups/100").status_code
    ways = {("closed", 409, 404), ("applied", 200, 200)}
    assert (closed.get_json()["state"], applied.status_code, is_there) in ways


def test_remove_takes_only_rows_that_nobody_changed_or_uses(client: FlaskClient) -> None:
    made = bulk(client, GROUPS, [{"id": row, "name": "n"} for row in (20, 21, 22, 23)])["outcomes"]
    client.put("/api/groups/21", json={"name": "edited"})
    client.post("/api/types/", json={"id": 30, "group_id": 22})
    client.delete("/api/groups/23")
    items = [{"id": one["id"], "etag": one["etag"]} for one in made]
    headers = {"Idempotency-Key": "u:1-4", **SERVICE}
    answer = client.post("/internal/groups/remove", json={"items": items}, headers=headers)
    assert words(answer.get_json()) == ["removed", "changed", "in_use", "missing"]
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


@pytest.mark.parametrize(
    ("body", "query", "status"),
    [
        ({}, "", 400),
        ({"items": []}, "", 400),
        ({"items": {}}, "", 400),
        ({"items": [{"id": 1}], "more": 1}, "", 400),
        ([], "", 400),
        ({"items": [{"id": 1}]}, "?on_conflict=replace", 400),
        ({"items": [{"id": 1}]}, "?atomic=1", 400),
        ({"items": [{"id": 1}]}, "?page=1", 400),
        ({"items": [{"id": 1}] * 5001}, "", 413),
    ],
)
def test_bulk_call_that_is_wrong_as_a_whole_is_refused(client: FlaskClient, body: Any, query: str, status: int) -> None:
    answer = client.post(f"{GROUPS}{query}", data=json.dumps(body), content_type="application/json")
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_old_keys_are_forgotten(app: Flask, client: FlaskClient, uri: str) -> None:
    bulk(client, GROUPS, [{"id": 5}], **{"Idempotency-Key": "old"})
    with create_engine(uri).begin() as connection:
        connection.execute(text("UPDATE catalog.applied_request SET applied_at = now() - interval '61 days'"))
    fresh = create_app(Settings(sqlalchemy_database_uri=uri)).test_client()
    bulk(fresh, GROUPS, [{"id": 6}], **{"Idempotency-Key": "new"})
    with create_engine(uri).connect() as connection:
        assert connection.execute(text("SELECT key FROM catalog.applied_request")).scalars().all() == ["new"]


def test_bulk_on_sqlite_says_what_it_needs() -> None:
    client = create_app(Settings(sqlalchemy_database_uri="sqlite+pysqlite:///:memory:")).test_client()
    answer = client.post(GROUPS, json={"items": [{"id": 5}]})
    assert (answer.status_code, answer.get_json()["code"]) == (501, "needs_postgresql")
