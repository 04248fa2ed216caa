"""What bulk calls say of their rows: an outcome for each, and nothing half."""

from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from catalog.app import create_app
from catalog.settings import Settings
from tests.support.catalog.bulk import GROUPS, TYPES, bulk, words

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


def test_bulk_on_sqlite_says_what_it_needs() -> None:
    client = create_app(Settings(sqlalchemy_database_uri="sqlite+pysqlite:///:memory:")).test_client()
    answer = client.post(GROUPS, json={"items": [{"id": 5}]})
    assert (answer.status_code, answer.get_json()["code"]) == (501, "needs_postgresql")
