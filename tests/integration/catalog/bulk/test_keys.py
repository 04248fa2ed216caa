"""Bulk calls under a key and at the same time: applied once, or closed for good."""

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from catalog.app import create_app
from catalog.settings import Settings
from tests.support.catalog.bulk import GROUPS, SERVICE, TYPES, bulk, words


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


def test_old_keys_are_forgotten(app: Flask, client: FlaskClient, uri: str) -> None:
    bulk(client, GROUPS, [{"id": 5}], **{"Idempotency-Key": "old"})
    with create_engine(uri).begin() as connection:
        connection.execute(text("UPDATE catalog.applied_request SET applied_at = now() - interval '61 days'"))
    fresh = create_app(Settings(sqlalchemy_database_uri=uri)).test_client()
    bulk(fresh, GROUPS, [{"id": 6}], **{"Idempotency-Key": "new"})
    with create_engine(uri).connect() as connection:
        assert connection.execute(text("SELECT key FROM catalog.applied_request")).scalars().all() == ["new"]
