"""What every kind of column must do on every database, by the resource of ``cabinets``."""

import csv
import io
from typing import Any

import pytest
from flask.testing import FlaskClient

from stackroom_kit.cursor import encode_cursor

CABINETS = "/api/cabinets/"
SENT: dict[str, Any] = {
    "label": " A ",
    "group_id": 1,
    "spare_group_id": 2,
    "opened_on": "2024-02-29",
    "seen_at": "2024-02-29 23:00:00.500+03:00",
    "is_open": False,
    "is_lit": True,
    "height": "12.5",
    "weight": 1.25,
    "number": 2**62,
    "side": "right",
}
SHOWN = {
    **SENT, "label": "A", "seen_at": "2024-02-29T20:00:00.5Z", "height": "12.50", "group_name": "text",
    "spare_group_name": "audio",
}  # fmt: skip
EMPTY = {
    **dict.fromkeys(("spare_group_id", "opened_on", "seen_at", "is_lit", "height", "weight", "number")),
    "spare_group_name": None,
    "is_open": True, "side": "left", "group_name": "text",
}  # fmt: skip


def add(client: FlaskClient, **values: Any) -> Any:
    answer = client.post(CABINETS, json={"group_id": 1, **values})
    assert answer.status_code == 201, answer.text
    return answer.get_json()


def refused(answer: Any) -> tuple[int, str, list[str]]:
    """Status, code, and the fields that are wrong."""
    assert answer.content_type == "application/problem+json"
    problem = answer.get_json()
    return answer.status_code, problem["code"], [one["pointer"].removeprefix("/") for one in problem["errors"]]


def walked(client: FlaskClient, sort: str, limit: int) -> list[str]:
    """The labels of all cabinets, page after page."""
    labels: list[str] = []
    after: dict[str, Any] = {}
    while True:
        page = client.get(CABINETS, query_string={"limit": limit, "sort": sort, **after}).get_json()
        labels += [row["label"] for row in page["items"]]
        if page["next"] is None:
            return labels
        assert len(labels) <= page["total"], labels
        after = {"after": page["next"]}


class ColumnCases:
    """A subclass gives the fixture ``client``: groups 1 ``text`` and 2 ``audio``, and no cabinets."""

    def test_row_is_made_with_an_id_and_goes_out_as_it_came(self, client: FlaskClient) -> None:
        created = client.post(CABINETS, json=SENT)
        shown = created.get_json()
        assert (created.status_code, shown) == (201, {"id": shown["id"], **SHOWN})
        assert created.headers["Location"] == f"{CABINETS}{shown['id']}"
        read = client.get(f"{CABINETS}{shown['id']}")
        assert (read.data, read.headers["ETag"]) == (created.data, created.headers["ETag"])
        listed = client.get(CABINETS).get_json()
        assert listed == {"items": [shown], "total": 1}
        assert client.get(f"{CABINETS}?limit=1").get_json()["items"] == [shown]
        again = client.put(f"{CABINETS}{shown['id']}", json=shown, headers={"If-Match": read.headers["ETag"]})
        assert (again.status_code, again.data) == (200, read.data)

    def test_what_is_left_out_is_what_the_server_puts_in(self, client: FlaskClient) -> None:
        first, second = add(client, label="a"), add(client, label="b")
        assert first == {"id": first["id"], "label": "a", "group_id": 1, **EMPTY}
        assert second["id"] > first["id"]

    def test_fields_are_changed_alone_and_cleared(self, client: FlaskClient) -> None:
        row = client.post(CABINETS, json=SENT).get_json()
        for name, value in (("opened_on", "2025-01-01"), ("height", "0.01"), ("is_open", True), ("weight", 2.0)):
            row = {**row, name: value}
            assert client.put(f"{CABINETS}{row['id']}", json={name: value}).get_json() == row
        cleared = {name: None for name, value in EMPTY.items() if value is None and name in SENT}
        done = client.put(f"{CABINETS}{row['id']}", json=cleared).get_json()
        assert done == {**row, **cleared, "spare_group_name": None}
        deleted = client.delete(f"{CABINETS}{row['id']}")
        assert (deleted.status_code, client.get(f"{CABINETS}{row['id']}").status_code) == (200, 404)

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"label": None}, "null"),
            ({"label": 5}, "wrong_type"),
            ({"label": "x" * 21}, "too_long"),
            ({"is_open": 1}, "wrong_type"),
            ({"is_open": None}, "null"),
            ({"opened_on": "2023-02-29"}, "wrong_value"),
            ({"opened_on": "29.02.2024"}, "wrong_value"),
            ({"opened_on": 20240229}, "wrong_type"),
            ({"seen_at": "2024-02-29T10:00:00"}, "wrong_value"),
            ({"seen_at": "0001-01-01T00:00:00+03:00"}, "out_of_range"),
            ({"height": "12.345"}, "wrong_value"),
            ({"height": "12345"}, "wrong_value"),
            ({"height": "1e2"}, "wrong_value"),
            ({"height": 12.5}, "wrong_type"),
            ({"weight": "1"}, "wrong_type"),
            ({"weight": 10**400}, "out_of_range"),
            ({"number": 2**63}, "out_of_range"),
            ({"number": 1.5}, "wrong_type"),
            ({"side": "up"}, "wrong_value"),
            ({"side": None}, "null"),
            ({"id": 5}, "id_is_made"),
            ({"cabinet": 5}, "unknown_field"),
        ],
        ids=str,
    )  # fmt: skip
    def test_wrong_value_is_named(self, client: FlaskClient, values: dict[str, Any], code: str) -> None:
        (name,) = values
        answer = client.post(CABINETS, json={"label": "a", "group_id": 1, **values})
        assert refused(answer) == (400, "wrong_fields", [name])
        assert answer.get_json()["errors"][0]["code"] == code
        assert client.get(CABINETS).get_json()["total"] == 0

    def test_missing_fields_are_named_together(self, client: FlaskClient) -> None:
        assert refused(client.post(CABINETS, json={})) == (400, "wrong_fields", ["label", "group_id"])

    def test_value_that_another_row_has_is_409_with_its_field(self, client: FlaskClient) -> None:
        add(client, label="a")
        other = add(client, label="b")
        assert refused(client.post(CABINETS, json={"label": "a", "group_id": 1})) == (409, "not_unique", ["label"])
        assert refused(client.put(f"{CABINETS}{other['id']}", json={"label": " a"})) == (409, "not_unique", ["label"])
        assert client.put(f"{CABINETS}{other['id']}", json={"label": "b"}).status_code == 200

    def test_rule_of_the_table_that_is_broken_is_400(self, client: FlaskClient) -> None:
        answer = client.post(CABINETS, json={"label": "a", "group_id": 1, "height": "0"})
        assert refused(answer) == (400, "broken_rule", [])
        row = add(client, label="a")
        assert refused(client.put(f"{CABINETS}{row['id']}", json={"height": "-1"})) == (400, "broken_rule", [])

    def test_reference_that_names_no_row_is_named(self, client: FlaskClient) -> None:
        body = {"label": "a", "group_id": 1, "spare_group_id": 9}
        answer = client.post(CABINETS, json=body)
        assert refused(answer) == (400, "unknown_group", ["spare_group_id"])
        assert answer.get_json()["detail"] == "The spare_group_id names no group."
        assert refused(client.post(CABINETS, json={**body, "group_id": 8})) == (400, "unknown_group", ["group_id"])
        board = client.post("/api/boards/", json={"id": 1, "cabinet_id": 9})
        assert refused(board) == (400, "unknown_reference", ["cabinet_id"])
        assert board.get_json()["detail"] == "The cabinet_id names no cabinet."

    def test_row_in_use_names_the_rows_that_use_it(self, client: FlaskClient) -> None:
        row = add(client, label="a", spare_group_id=2)
        answer = client.delete("/api/groups/2")
        assert refused(answer) == (409, "in_use", ["id"])
        assert answer.get_json()["detail"] == "The row is still used by 1 row of cabinets."
        client.post("/api/boards/", json={"id": 2**40, "cabinet_id": row["id"]})
        assert client.get(f"/api/boards/{2**40}").get_json()["cabinet_label"] == "a"
        assert "1 row of boards" in client.delete(f"{CABINETS}{row['id']}").get_json()["detail"]

    @pytest.mark.parametrize("limit", [1, 2, 3, 10])
    @pytest.mark.parametrize(
        ("field", "values"),
        [
            ("opened_on", ["1999-12-31", "2024-02-29", "2024-02-29", None, None]),
            ("seen_at", ["2024-01-01T10:00:00Z", "2024-01-01T10:00:00.5Z", "2024-01-01T10:00:01Z", None, None]),
            ("height", ["0.50", "9.00", "10.00", None, None]),
            ("weight", [-1.5, 0.0, 2e20, None, None]),
            ("number", [-(2**62), 0, 2**62, None, None]),
            ("is_open", [False, False, True, True, True]),
            ("side", ["left", "left", "right", "right", "right"]),
        ],
        ids=lambda one: one if isinstance(one, str) else "",
    )
    def test_pages_of_any_column_have_every_row_once(
        self, client: FlaskClient, field: str, values: list[Any], limit: int
    ) -> None:
        labels = [f"s{number}" for number in range(len(values))]
        for label, value in reversed(list(zip(labels, values, strict=True))):
            add(client, label=label, **{field: value})
        # Rows that are alike are in the order of their ids, and so the other way round.
        expected = sorted(labels, key=lambda label: (values.index(values[int(label[1:])]), -int(label[1:])))
        assert walked(client, field, limit) == expected
        assert walked(client, f"-{field}", limit) == expected[::-1]

    @pytest.mark.parametrize(
        "field", ["opened_on", "seen_at", "height", "weight", "number", "is_open", "side", "group_id"]
    )
    def test_cursor_of_another_kind_is_refused(self, client: FlaskClient, field: str) -> None:
        add(client, label="a")
        for value in ("no such", ["x"], {"a": 1}):
            cursor = packed(field, value)
            answer = client.get(CABINETS, query_string={"limit": 1, "sort": field, "after": cursor})
            assert refused(answer) == (400, "bad_cursor", ["?after"])

    def test_search_is_in_texts_and_in_what_rows_belong_to(self, client: FlaskClient) -> None:
        add(client, label="north"), add(client, label="south", spare_group_id=2)
        for search, labels in (("NORT", ["north"]), ("audio", ["south"]), ("text", ["north", "south"]), ("left", [])):
            rows = client.get(CABINETS, query_string={"q": search}).get_json()["items"]
            assert [row["label"] for row in rows] == labels

    def test_csv_has_values_that_can_be_sent_again(self, client: FlaskClient) -> None:
        client.post(CABINETS, json={**SENT, "height": "0.50", "number": -5, "label": "=1"})
        add(client, label="b")
        text = client.get(f"{CABINETS}?format=csv").data.decode("utf-8-sig")
        first, second = csv.DictReader(io.StringIO(text))
        assert (first["opened_on"], first["seen_at"]) == ("2024-02-29", "2024-02-29T20:00:00.5Z")
        assert (first["is_open"], second["is_open"]) == ("false", "true")
        assert (first["height"], first["number"], first["label"]) == ("0.50", "-5", "'=1")
        assert (second["height"], second["spare_group_name"], second["side"]) == ("", "", "left")


def packed(*values: Any) -> str:
    return encode_cursor(*values, 1)
