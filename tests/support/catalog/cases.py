"""What the catalog must do on every database: SQLite in unit tests, PostgreSQL in integration tests."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.support.catalog.list_cases import GROUPS, TYPES, ListCases, add_groups


def pointers(answer: Any) -> list[str]:
    assert answer.content_type == "application/problem+json"
    return [error["pointer"] for error in answer.get_json()["errors"]]


class CatalogCases(ListCases):
    """A subclass gives the fixture ``client``: a catalog with empty tables."""

    def test_group_is_created_read_changed_and_deleted(self, client: FlaskClient) -> None:
        created = client.post(GROUPS, json={"id": 7, "name": "Аудио"})
        assert (created.status_code, created.headers["Location"]) == (201, "/api/groups/7")
        assert created.get_json() == {"id": 7, "name": "Аудио", "comment": None}
        assert client.get(f"{GROUPS}7").get_json() == created.get_json()
        changed = client.put(f"{GROUPS}7", json={"comment": "звук"})
        assert changed.get_json() == {"id": 7, "name": "Аудио", "comment": "звук"}
        assert client.put(f"{GROUPS}7", json={"name": None}).get_json()["name"] is None
        assert client.delete(f"{GROUPS}7").get_json() == {"status": "deleted", "id": 7}
        assert client.get(f"{GROUPS}7").status_code == 404
        assert client.delete(f"{GROUPS}7").status_code == 404
        assert client.put(f"{GROUPS}7", json={}).status_code == 404

    def test_type_carries_the_name_of_its_group(self, client: FlaskClient) -> None:
        add_groups(client, 2)
        body = {"id": 1, "file_name": "mp3", "group_id": 1}
        assert client.post(TYPES, json=body).get_json()["group_name"] == "группа 01"
        shown = client.put(f"{TYPES}1", json={**body, "group_id": 2, "group_name": "группа 01"}).get_json()
        assert (shown["group_id"], shown["group_name"]) == (2, "группа 02")

    def test_unknown_group_is_400_on_create_and_on_update(self, client: FlaskClient) -> None:
        add_groups(client, 1)
        assert pointers(client.post(TYPES, json={"id": 1, "group_id": 9})) == ["/group_id"]
        client.post(TYPES, json={"id": 1, "group_id": 1})
        assert pointers(client.put(f"{TYPES}1", json={"group_id": 9})) == ["/group_id"]

    def test_group_in_use_is_not_deleted_and_says_by_how_many(self, client: FlaskClient) -> None:
        add_groups(client, 1)
        for number in (1, 2):
            client.post(TYPES, json={"id": number, "group_id": 1})
        answer = client.delete(f"{GROUPS}1")
        assert answer.status_code == 409
        assert "2 rows of types" in answer.get_json()["detail"]

    def test_id_that_exists_is_400(self, client: FlaskClient) -> None:
        add_groups(client, 1)
        assert pointers(client.post(GROUPS, json={"id": 1})) == ["/id"]

    @pytest.mark.parametrize(
        ("body", "wrong"),
        [
            ({}, ["/id"]),
            ({"id": "1"}, ["/id"]),
            ({"id": True}, ["/id"]),
            ({"id": 1.5}, ["/id"]),
            ({"id": 2**31}, ["/id"]),
            ({"id": 10**30}, ["/id"]),
            ({"id": None}, ["/id"]),
            ({"id": 1, "name": "x" * 51, "comment": "y" * 201}, ["/name", "/comment"]),
            ({"id": 1, "name": 5, "stray": 1}, ["/name", "/stray"]),
            ({"id": 1, "name": "a\u202eb"}, ["/name"]),
            ({"id": 1, "name": "a\u0001b"}, ["/name"]),
        ],
    )
    def test_every_wrong_field_of_a_new_group_is_named(
        self, client: FlaskClient, body: dict[str, Any], wrong: list[str]
    ) -> None:
        answer = client.post(GROUPS, json=body)
        assert answer.status_code == 400
        assert pointers(answer) == wrong
        assert client.get(GROUPS).get_json()["total"] == 0

    @pytest.mark.parametrize("written", ["7.0", "7e0", "70e-1", "0.7E+1"])
    def test_whole_number_is_one_however_it_is_written(self, client: FlaskClient, written: str) -> None:
        answer = client.post(GROUPS, data=f'{{"id": {written}}}', content_type="application/json")
        assert (answer.status_code, answer.get_json()["id"]) == (201, 7)
        assert b'"id":7,' in answer.data

    def test_field_may_be_as_long_as_its_column_in_characters(self, client: FlaskClient) -> None:
        assert client.post(GROUPS, json={"id": 1, "name": "я" * 50, "comment": "🙂" * 200}).status_code == 201

    def test_id_in_the_body_of_a_put_must_be_the_same(self, client: FlaskClient) -> None:
        add_groups(client, 1)
        assert pointers(client.put(f"{GROUPS}1", json={"id": 2})) == ["/id"]
        assert client.put(f"{GROUPS}1", json={"id": 1, "name": "b"}).status_code == 200

    @pytest.mark.parametrize("row_id", ["0x1", "１", "1_0", "+1", "99999999999", "2147483648", "x", "1.0"])
    def test_id_that_is_none_is_404(self, client: FlaskClient, row_id: str) -> None:
        add_groups(client, 1)
        assert client.get(GROUPS + row_id).status_code == 404

    def test_etag_names_the_row_and_a_stale_one_is_412(self, client: FlaskClient) -> None:
        add_groups(client, 1)
        etag = client.get(f"{GROUPS}1").headers["ETag"]
        assert client.get(f"{GROUPS}1", headers={"If-None-Match": etag}).status_code == 304
        changed = client.put(f"{GROUPS}1", json={"name": "b"}, headers={"If-Match": etag})
        assert changed.status_code == 200
        assert changed.headers["ETag"] != etag
        assert client.put(f"{GROUPS}1", json={"name": "c"}, headers={"If-Match": etag}).status_code == 412
        assert client.delete(f"{GROUPS}1", headers={"If-Match": etag}).status_code == 412
        assert client.delete(f"{GROUPS}1", headers={"If-Match": changed.headers["ETag"]}).status_code == 200

    @pytest.mark.parametrize("others", ['"x,*,y"', '"x, W/*"', "", "x"], ids=["star", "weak star", "none", "bare"])
    def test_tags_of_others_are_not_taken_for_the_rows(self, client: FlaskClient, others: str) -> None:
        """A comma inside of quotes parts nothing, and a star in a tag is not the one that stands for every tag."""
        add_groups(client, 1)
        assert client.get(f"{GROUPS}1", headers={"If-None-Match": others}).status_code == 200
        assert client.put(f"{GROUPS}1", json={"name": "b"}, headers={"If-Match": others}).status_code == 412
        assert client.delete(f"{GROUPS}1", headers={"If-Match": others}).status_code == 412

    @pytest.mark.parametrize("form", ["*", "{0}", "W/{0}", '"x,y", {0}', '"x" , W/{0},"z"'])
    def test_tag_is_found_among_others(self, client: FlaskClient, form: str) -> None:
        add_groups(client, 1)
        named = form.format(client.get(f"{GROUPS}1").headers["ETag"])
        assert client.get(f"{GROUPS}1", headers={"If-None-Match": named}).status_code == 304
        assert client.put(f"{GROUPS}1", json={"name": "b"}, headers={"If-Match": named}).status_code == 200

    @pytest.mark.parametrize(
        ("sent", "kept"),
        [
            ("Проза ", "Проза"),
            ("\u00a0\u200bПроза\u3000\u2060", "Проза"),
            ("\t\r\n a b \u2028", "a b"),
            ("\u0438\u0306", "\u0439"),
            ("e\u0301" * 50, "\u00e9" * 50),
            (" " * 60 + "x", "x"),
            ("", None),
            (" \u2009 ", None),
            ("x\u200by", "x\u200by"),
        ],
    )
    def test_text_is_kept_in_its_normal_form_whichever_call_brings_it(
        self, client: FlaskClient, sent: str, kept: str | None
    ) -> None:
        assert client.post(GROUPS, json={"id": 1, "name": sent}).get_json() == {"id": 1, "name": kept, "comment": None}
        client.post(GROUPS, json={"id": 2, "name": "other"})
        assert client.put(f"{GROUPS}2", json={"name": sent}).get_json()["name"] == kept

    def test_length_is_that_of_the_normal_form(self, client: FlaskClient) -> None:
        assert client.post(GROUPS, json={"id": 1, "name": "x" * 51 + " "}).status_code == 400
        assert client.post(GROUPS, json={"id": 1, "name": "\u0958" * 26}).status_code == 400
        assert client.post(GROUPS, json={"id": 1, "name": "\u0958" * 25}).get_json()["name"] == "\u0915\u093c" * 25

    def test_id_below_zero_is_an_id_like_any_other(self, client: FlaskClient) -> None:
        assert client.post(GROUPS, json={"id": -5, "name": "a"}).headers["Location"] == "/api/groups/-5"
        assert client.post(TYPES, json={"id": -(2**31), "group_id": -5}).status_code == 201
        assert client.put(f"{GROUPS}-5", json={"name": "b"}).get_json()["name"] == "b"
        assert [row["id"] for row in client.get(f"{GROUPS}?q=-5").get_json()["items"]] == [-5]
        assert client.delete(f"{TYPES}-2147483648").status_code == 200

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"", "invalid_json"),
            (b"5", "bad_request"),
            (b"null", "bad_request"),
            (b"{} x", "invalid_json"),
            (b'{"id": 1, "id": 2}', "duplicate_key"),
            (b'{"id": NaN}', "not_a_number"),
            (b'{"id": 1, "name": "\\u0000"}', "nul_in_text"),
            (b'{"id": 1, "name": "\\ud800"}', "lone_surrogate"),
            (b'\xef\xbb\xbf{"id": 1}', "byte_order_mark"),
            (b'{"id": ' + b"9" * 5000 + b"}", "number_too_long"),
            (b'{"id": ' + b"[" * 100_000, "too_deep"),
        ],
    )
    def test_body_that_is_no_plain_json_object_is_400(self, client: FlaskClient, body: bytes, code: str) -> None:
        answer = client.post(GROUPS, data=body, content_type="application/json")
        assert (answer.status_code, answer.get_json()["code"]) == (400, code)

    def test_body_of_another_type_is_415(self, client: FlaskClient) -> None:
        answer = client.post(GROUPS, data=b"id=1", content_type="application/x-www-form-urlencoded")
        assert (answer.status_code, answer.headers["Accept-Post"]) == (415, "application/json")

    def test_wrong_method_is_405_and_says_what_is_allowed(self, client: FlaskClient) -> None:
        answer = client.patch(f"{GROUPS}1", json={})
        assert answer.status_code == 405
        assert "PUT" in answer.headers["Allow"]

    @pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
    def test_bulk_is_a_call_of_its_own_and_no_row(self, client: FlaskClient, method: str) -> None:
        answer = client.open(f"{GROUPS}bulk?dry_run=true", method=method, json={})
        assert (answer.status_code, set(answer.headers["Allow"].split(", "))) == (405, {"OPTIONS", "POST"})

    def test_db_status_names_the_server(self, client: FlaskClient) -> None:
        assert client.get("/api/db-status").get_json()["status"] == "ok"
