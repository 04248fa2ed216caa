"""Every kind of column on PostgreSQL, one row at a time and many in one call."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine, text

from stackroom_kit.settings import Secret
from tests.support.catalog.bulk import SERVICE, TOKEN, bulk, words
from tests.support.catalog.cabinets import ALL, app_with_cabinets, make_tables
from tests.support.catalog.column_cases import CABINETS, SENT, SHOWN, ColumnCases, add
from tests.support.servers.embedded import emptying

BULK = "/api/cabinets/bulk"
OLD_RULE = "CREATE UNIQUE INDEX once ON tbc.books_files_groups (comment)"  # the collection's own, which no model names


@pytest.fixture(scope="module")
def uri(make_migrated: Callable[[], str]) -> str:
    uri = make_migrated()
    make_tables(uri)
    execute(uri, OLD_RULE)
    return uri


@pytest.fixture(scope="module")
def app(uri: str) -> Flask:
    return app_with_cabinets(uri, service_token=Secret(TOKEN))


@pytest.fixture
def client(app: Flask, uri: str) -> FlaskClient:
    execute(uri, emptying("catalog.applied_request", *(one.table.fullname for one in ALL)))
    execute(uri, "INSERT INTO tbc.books_files_groups VALUES (1, 'text', 'old'), (2, 'audio', NULL)")
    return app.test_client()


def execute(uri: str, statement: str) -> None:
    engine = create_engine(uri)
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


class TestColumnsOnPostgreSQL(ColumnCases):
    @pytest.fixture
    def client(self, client: FlaskClient) -> FlaskClient:
        return client


def shown(client: FlaskClient) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = client.get(CABINETS).get_json()["items"]
    return rows


@pytest.mark.parametrize("left_out", [(), ("weight",), ("seen_at", "number")], ids=str)
def test_bulk_rows_get_ids_and_etags_and_come_back_unchanged(client: FlaskClient, left_out: tuple[str, ...]) -> None:
    item = {name: value for name, value in SENT.items() if name not in left_out}
    named = {**item, "label": "b", "group": "audio"}
    del named["group_id"]
    answer = bulk(client, BULK, [item, named, {"label": "c", "group_id": 1}])
    assert words(answer) == ["created"] * 3
    ids = [one["id"] for one in answer["outcomes"]]
    rows = shown(client)
    assert [row["id"] for row in rows] == ids == sorted(ids)
    assert rows[0] == {"id": ids[0], **SHOWN, **dict.fromkeys(left_out)}
    assert (rows[1]["group_name"], rows[2]["is_open"]) == ("audio", True)
    for one in answer["outcomes"]:
        assert one["etag"] == client.get(f"{CABINETS}{one['id']}").headers["ETag"]
    assert words(bulk(client, BULK, rows, "?on_conflict=update")) == ["unchanged"] * 3
    assert words(bulk(client, BULK, rows)) == ["exists"] * 3


def test_bulk_changes_rows_by_their_id_alone(client: FlaskClient) -> None:
    row = add(client, label="a", height="1.00")
    items = [
        {"id": row["id"], "height": "2.5", "opened_on": "2024-01-31"},
        {"id": row["id"] + 1000, "label": "x", "group_id": 1},
        {"label": "y"},
        {"id": row["id"], "height": "3"},
        {"label": "z", "group": "no such"},
        {"label": "z", "group_id": 1, "spare_group_id": 9},
        {"label": "z", "group_id": 1, "height": "1.001"},
        {"label": None, "group_id": 1},
    ]
    answer = bulk(client, BULK, items, "?on_conflict=update")
    assert words(answer) == [
        "updated", "id_is_made", "missing_field", "duplicate_of", "unknown_group", "unknown_group", "wrong_value",
        "null",
    ]  # fmt: skip
    assert [one.get("field") for one in answer["outcomes"]][1:] == [
        "id", "group_id", "id", "group", "spare_group_id", "height", "label",
    ]  # fmt: skip
    assert [(one["height"], one["opened_on"]) for one in shown(client)] == [("2.50", "2024-01-31")]


@pytest.mark.parametrize("on_conflict", ["fail", "skip", "update"])
def test_bulk_row_that_is_not_unique_fails_alone(client: FlaskClient, on_conflict: str) -> None:
    first, second = add(client, label="a"), add(client, label="b")
    items = [
        {"label": "new", "group_id": 1},
        {"label": "a", "group_id": 1},
        {"label": "twice", "group_id": 1},
        {"label": "twice", "group_id": 1},
        {"id": second["id"], "label": "a"},
        {"id": first["id"], "side": "right"},
    ]
    answer = bulk(client, BULK, items, f"?on_conflict={on_conflict}")
    untouched = {"fail": ["exists", "exists"], "skip": ["skipped", "skipped"], "update": ["not_unique", "updated"]}
    assert words(answer) == ["created", "not_unique", "created", "not_unique", *untouched[on_conflict]]
    assert answer["outcomes"][1] == {
        "index": 1, "id": answer["outcomes"][1]["id"], "outcome": "failed", "code": "not_unique", "field": "label",
        "detail": "Another row has the same label already.",
    }  # fmt: skip
    assert sorted(row["label"] for row in shown(client)) == ["a", "b", "new", "twice"]


def test_bulk_rows_may_take_the_value_that_another_one_gives_up(client: FlaskClient) -> None:
    first, second = add(client, label="a"), add(client, label="b")
    items = [{"id": first["id"], "label": "c"}, {"id": second["id"], "label": "a"}]
    assert words(bulk(client, BULK, items, "?on_conflict=update")) == ["updated", "updated"]
    swapped = [{"id": first["id"], "label": "a"}, {"id": second["id"], "label": "c"}]
    assert words(bulk(client, BULK, swapped, "?on_conflict=update")) == ["not_unique", "not_unique"]
    assert [row["label"] for row in shown(client)] == ["c", "a"]


def test_bulk_row_that_breaks_a_rule_fails_alone(client: FlaskClient) -> None:
    items = [{"label": f"s{number}", "group_id": 1, "height": str(number % 4)} for number in range(20)]
    answer = bulk(client, BULK, items)
    assert words(answer) == ["broken_rule" if number % 4 == 0 else "created" for number in range(20)]
    assert "height_is_above_nought" in answer["outcomes"][0]["detail"]


def test_bulk_row_that_breaks_a_rule_of_the_collection_fails_alone(client: FlaskClient) -> None:
    """Groups have an index that no model of ours names."""
    items = [{"id": 5, "comment": "old"}, {"id": 6, "comment": "new"}]
    assert words(bulk(client, "/api/groups/bulk", items)) == ["not_unique", "created"]
    answer = client.put("/api/groups/6", json={"comment": "old"})
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (409, "/comment")


def test_bulk_that_must_be_whole_writes_nothing_where_a_value_is_not_unique(client: FlaskClient) -> None:
    add(client, label="a")
    items = [{"label": "new", "group_id": 1}, {"label": "a", "group_id": 1}]
    assert words(bulk(client, BULK, items, "?atomic=true")) == ["atomic", "not_unique"]
    assert [row["label"] for row in shown(client)] == ["a"]
    tried = bulk(client, BULK, items, "?dry_run=true")
    assert words(tried) == ["created", "not_unique"]
    assert [row["label"] for row in shown(client)] == ["a"]


def test_bulk_of_many_rows_that_are_not_unique_ends_soon(client: FlaskClient) -> None:
    items = [{"label": f"s{number}", "group_id": 1} for number in range(2000)]
    assert words(bulk(client, BULK, items)) == ["created"] * 2000
    assert words(bulk(client, BULK, items)) == ["not_unique"] * 2000


def test_rows_that_were_made_are_taken_back_where_nobody_changed_or_uses_them(client: FlaskClient) -> None:
    made = bulk(client, BULK, [{**SENT, "label": label} for label in "abc"])["outcomes"]
    client.put(f"{CABINETS}{made[1]['id']}", json={"height": "1"})
    client.post("/api/boards/", json={"id": 1, "cabinet_id": made[2]["id"]})
    items = [{"id": one["id"], "etag": one["etag"]} for one in made]
    answer = client.post("/internal/cabinets/remove", json={"items": items}, headers=SERVICE).get_json()
    assert words(answer) == ["removed", "changed", "in_use"]
    assert [row["label"] for row in shown(client)] == ["b", "c"]


def test_group_that_a_strange_table_uses_says_which(client: FlaskClient, uri: str) -> None:
    execute(uri, "CREATE TABLE catalog.strange (group_id integer REFERENCES tbc.books_files_groups)")
    execute(uri, "INSERT INTO catalog.strange VALUES (2)")
    answer = client.delete("/api/groups/2")
    execute(uri, "DROP TABLE catalog.strange")
    assert (answer.status_code, answer.get_json()["detail"]) == (
        409, "The row is still used by rows of the table strange.",
    )  # fmt: skip
