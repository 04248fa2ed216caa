"""All items read at once are those that are read one by one, and nothing is read so that would be refused else."""

import json
from typing import Any

import msgspec
import pytest

from catalog.bulk.items import Items, as_json, by_fields
from catalog.bulk.reader import ItemReader
from catalog.resources.types import TYPES

READER = ItemReader(TYPES)
NAMES = ("id", "file_name", "comments", "group_id")
ROW = {"id": 1, "file_name": "epub", "comments": "Читать, “сразу” — é\t\nx", "group_id": 2}


def body_of(*items: Any) -> bytes:
    return json.dumps({"items": items}).encode()


def values(items: Items | None) -> list[dict[str, Any]]:
    assert items is not None
    assert items.outcomes == {}
    return [msgspec.to_builtins(record) for record in items.records.values()]


@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_items_read_at_once_are_those_read_one_by_one(ensure_ascii: bool) -> None:
    rows = [
        ROW,
        {**ROW, "id": -(2**31), "comments": None},
        {**ROW, "id": 3, "file_name": 'quote " and \\ "id"'},
        {**ROW, "id": 4, "file_name": " и\u0306 ", "comments": "  "},
        {"id": 5, "file_name": "epub", "comments": None, "group": " шум "},
        {"id": 6, "group_id": 2},
    ]
    at_once = values(READER.all_at_once(json.dumps({"items": rows}, ensure_ascii=ensure_ascii).encode()))
    assert at_once == values(READER.one_by_one(rows))
    assert at_once[:3] == rows[:3]
    assert at_once[3:5] == [
        {**ROW, "id": 4, "file_name": "й", "comments": None},
        {"id": 5, "file_name": "epub", "comments": None, "group": "шум"},
    ]


def test_items_that_say_the_same_fields_go_together() -> None:
    rows = [ROW, {"id": 2, "group_id": 2}, {**ROW, "id": 3}, {"id": 4}]
    groups = by_fields(READER.one_by_one(rows).records, NAMES)
    assert {fields: list(records) for fields, records in groups.items()} == {
        NAMES: [0, 2], ("id", "group_id"): [1], ("id",): [3],
    }  # fmt: skip
    assert json.loads(as_json(groups[NAMES])) == [ROW, {**ROW, "id": 3}]
    alike = READER.one_by_one([{"id": 2, "group_id": 2}, {"id": 4, "group_id": 1}]).records
    assert by_fields(alike, NAMES) == {("id", "group_id"): alike}


def test_what_an_item_belongs_to_takes_the_place_of_its_name() -> None:
    items = READER.all_at_once(body_of({"id": 1, "group": "text"}))
    assert items is not None
    resolved = items.copy()
    resolved.replace(0, group_id=4, group=msgspec.UNSET)
    assert (values(resolved), values(items)) == ([{"id": 1, "group_id": 4}], [{"id": 1, "group": "text"}])


@pytest.mark.parametrize("group", [None, 1, ["text"], "te\x01xt", "  "])
def test_items_are_not_read_at_once_where_a_name_is_in_doubt(group: Any) -> None:
    assert READER.all_at_once(body_of({"id": 1, "group": group})) is None


@pytest.mark.parametrize(
    "body",
    [
        body_of(),
        body_of(ROW, ROW),
        body_of({**ROW, "id": 2**31}),
        body_of({**ROW, "id": True}),
        body_of({**ROW, "id": 1.0}),
        body_of({**ROW, "file_name": "x" * 31}),
        body_of({**ROW, "group_id": None}),
        body_of({**ROW, "shelf": 1}),
        body_of({**ROW, "group_name": "text"}),
        body_of("text"),
        *(
            body_of({**ROW, "comments": f"a{character}b"})
            for character in "\0\x01\x08\x0b\x0c\x1f\x7f\u202e\u2066\ufeff"
        ),
        json.dumps({"items": [{**ROW, "comments": "\u202e"}]}, ensure_ascii=False).encode(),
        b'{"items": [{"id": 1, "id": 2, "group_id": 3}]}',
        b'{"items": [{"id": 1, "\\u0069d": 2, "group_id": 3}]}',
        b'{"items": [{"id": 1, "group_id": 3, "group_id": 4}, {"id": 2, "group_id": 4}]}',
        b'{"items": [{"id": 1, "group_id": 3}], "items": [{"id": 2, "group_id": 3}]}',
        b'{"items": [{"id": 1, "group_id": 3}], "more": 1}',
        b'{"items": [{"id": 1, "group_id": 3, "comments": "\\ud800"}]}',
        b'{"items": [{"id": 1, "group_id": 3, "comments": "\xff"}]}',
        b'\xef\xbb\xbf{"items": [{"id": 1, "group_id": 3}]}',
        b'{"items": [{"id": 1, "group_id": 3}]',
        b"[" * 100_000,
        b"",
    ],
)
def test_items_are_not_read_at_once_where_there_is_any_doubt(body: bytes) -> None:
    assert READER.all_at_once(body) is None
