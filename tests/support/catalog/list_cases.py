"""What lists of the catalog must do on every database: order, pages, search, CSV."""

import base64
import csv
import io
import json
from typing import Any

import pytest
from flask.testing import FlaskClient

GROUPS, TYPES = "/api/groups/", "/api/types/"


def add_groups(client: FlaskClient, count: int) -> None:
    for number in range(1, count + 1):
        assert client.post(GROUPS, json={"id": number, "name": f"группа {number:02}"}).status_code == 201


def folded(text: str) -> str:
    """The first key of the order: the capitals of the alphabets of Russian and English, and Ё."""
    capitals = "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return "".join(letter.lower() if letter in capitals else letter for letter in text).translate(
        {1025: "е", 1105: "е"}
    )


def walked(client: FlaskClient, sort: str, limit: int) -> list[int]:
    """The ids of all rows, page after page."""
    seen: list[int] = []
    after: dict[str, Any] = {}
    while True:
        page = client.get(GROUPS, query_string={"limit": limit, "sort": sort, **after}).get_json()
        seen += [row["id"] for row in page["items"]]
        if page["next"] is None:
            return seen
        after = {"after": page["next"]}


def found(client: FlaskClient, path: str, search: str) -> list[int]:
    """The ids of the rows that a search finds; the total is their number."""
    answer = client.get(path, query_string={"q": search}).get_json()
    ids = [row["id"] for row in answer["items"]]
    assert answer["total"] == len(ids)
    return ids


class ListCases:
    """A subclass gives the fixture ``client``: a catalog with empty tables."""

    def test_list_without_limit_gives_all_rows_by_id(self, client: FlaskClient) -> None:
        add_groups(client, 12)
        answer = client.get(GROUPS).get_json()
        assert [row["id"] for row in answer["items"]] == list(range(1, 13))
        assert (answer["total"], "next" in answer) == (12, False)

    @pytest.mark.parametrize("sort", ["id", "-id", "name", "-name", "comment", "-comment"])
    def test_pages_cover_every_row_once_in_any_order(self, client: FlaskClient, sort: str) -> None:
        add_groups(client, 7)
        client.put(f"{GROUPS}3", json={"comment": "b"})
        client.put(f"{GROUPS}5", json={"comment": "a"})
        seen: list[int] = []
        after = None
        for _ in range(9):
            page = client.get(
                GROUPS, query_string={"limit": 2, "sort": sort, **({"after": after} if after else {})}
            ).get_json()
            seen += [row["id"] for row in page["items"]]
            after = page["next"]
            if after is None:
                break
        assert sorted(seen) == list(range(1, 8))
        assert len(seen) == 7
        if sort.endswith("id"):
            assert seen == sorted(seen, reverse=sort.startswith("-"))

    def test_search_finds_text_in_any_case_and_no_wildcards(self, client: FlaskClient) -> None:
        client.post(GROUPS, json={"id": 1, "name": "Аудио 100%"})
        client.post(GROUPS, json={"id": 2, "name": "Видео"})
        assert [row["id"] for row in client.get(f"{GROUPS}?q=аУДИО").get_json()["items"]] == [1]
        assert client.get(f"{GROUPS}?q=%25").get_json()["total"] == 1
        assert client.get(f"{GROUPS}?q=_").get_json()["total"] == 0

    @pytest.mark.parametrize("limit", [1, 3, 1000])
    def test_texts_are_in_the_order_of_the_alphabet_whatever_the_server(self, client: FlaskClient, limit: int) -> None:
        """By the letters without case and with Ё as its neighbour, then by the text itself, then by the id."""
        texts = [
            None, None, "-", "1", "\u00c9t\u00e9", "Zebra", "apple", "zebra", "Ель", "еда", "Ежи", "Ёж", "еж", "ёж",
            "ёлка", "Жук", "Яма", "абзац", "азбука", "аБв", "яма", "\U0001f600", "яма",
        ]  # fmt: skip
        for number, text in enumerate(texts, 1):
            assert client.post(GROUPS, json={"id": number, "name": text}).status_code == 201
        expected = sorted(
            ((text or "", number) for number, text in enumerate(texts, 1)), key=lambda one: (folded(one[0]), *one)
        )
        for word, order in (("name", expected), ("-name", expected[::-1])):
            assert walked(client, word, limit) == [number for _, number in order]

    def test_cursor_of_before_goes_on_in_the_order_of_now(self, client: FlaskClient) -> None:
        """It holds the text and the id, of which every key is made."""
        for number, name in enumerate(["Ель", "ёлка", "Ёж", "жук"], 1):
            client.post(GROUPS, json={"id": number, "name": name})
        before = base64.urlsafe_b64encode(json.dumps(["name", "Ёж", 3]).encode()).decode().rstrip("=")
        page = client.get(f"{GROUPS}?sort=name&limit=9&after={before}").get_json()
        assert [row["name"] for row in page["items"]] == ["ёлка", "Ель", "жук"]

    def test_search_finds_a_row_by_its_id_and_a_type_by_its_group(self, client: FlaskClient) -> None:
        client.post(GROUPS, json={"id": 12, "name": "Звук"})
        client.post(GROUPS, json={"id": 120, "name": "Видео 12%"})
        client.post(TYPES, json={"id": 7, "file_name": "mp3", "group_id": 12})
        client.post(TYPES, json={"id": 8, "file_name": "avi 7", "group_id": 120})
        assert found(client, GROUPS, "12") == [12, 120]
        assert found(client, GROUPS, "120") == [120]
        assert found(client, GROUPS, "0") == []
        assert found(client, TYPES, "звук") == [7]
        assert found(client, TYPES, "7") == [7, 8]
        assert found(client, TYPES, "12%") == [8]
        assert found(client, TYPES, "9" * 30) == found(client, TYPES, "1_") == []

    def test_search_is_in_the_normal_form_and_takes_yo_for_ye(self, client: FlaskClient) -> None:
        client.post(GROUPS, json={"id": 1, "name": "Йод и ёж"})
        assert found(client, GROUPS, "\u0438\u0306ОД\u00a0") == [1]
        assert found(client, GROUPS, "И ЕЖ") == [1]
        assert found(client, GROUPS, "   ") == [1]

    @pytest.mark.parametrize(("delimiter", "sent"), [(",", ""), (",", ","), (";", "%3B"), ("\t", "%09"), ("|", "%7C")])
    def test_csv_has_the_delimiter_that_is_asked_for(self, client: FlaskClient, delimiter: str, sent: str) -> None:
        client.post(GROUPS, json={"id": 1, "name": "a,b;c|d", "comment": "y;=2+5"})
        query = f"?format=csv{f'&delimiter={sent}' if sent else ''}"
        answer = client.get(GROUPS + query, headers={"Accept": "application/json"})
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=delimiter))
        assert rows == [["id", "name", "comment"], ["1", "a,b;c|d", "y;'=2+5"]]
        assert answer.content_type == "text/csv; charset=utf-8"

    def test_json_is_given_where_the_address_asks_for_it(self, client: FlaskClient) -> None:
        assert client.get(f"{GROUPS}?format=json", headers={"Accept": "text/csv"}).get_json()["total"] == 0

    @pytest.mark.parametrize(
        "query",
        ["format=xml", "format=csv&delimiter=", "format=csv&delimiter=x", "delimiter=%3B%3B",
         "limit=0", "limit=1001", "limit=-1", "limit=１２", "limit=1_0", "limit=x", "sort=nope", "sort=id;drop",
         "after=5", "limit=5&after=x", "limit=5&sort=name&after=AAAA", "stray=1", "limit=1&limit=2", "q=%00", "page=1",
         "limit=5&sort=name&after=WyJuYW1lIiwgNSwgMV0"],
    )  # fmt: skip
    def test_list_refuses_wrong_arguments(self, client: FlaskClient, query: str) -> None:
        answer = client.get(f"{GROUPS}?{query}")
        assert answer.status_code == 400
        assert answer.content_type == "application/problem+json"

    def test_csv_has_all_rows_and_no_formulas(self, client: FlaskClient) -> None:
        client.post(GROUPS, json={"id": 1, "name": "=cmd()", "comment": 'a "b", c'})
        answer = client.get(GROUPS, headers={"Accept": "text/csv"})
        assert answer.data.decode("utf-8-sig").splitlines() == ["id,name,comment", '1,\'=cmd(),"a ""b"", c"']
        assert "attachment" in answer.headers["Content-Disposition"]
