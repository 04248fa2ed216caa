"""The quick way into a bulk call takes nothing that the slow way would refuse or see otherwise."""

import json
from typing import Any

import pytest

from catalog.bulk.items import check_items
from catalog.bulk.plain import PlainReader
from catalog.resources.types import TYPES

READER = PlainReader(TYPES.schema)
NAMING = PlainReader(TYPES.schema, "group")
ROW = {"id": 1, "file_name": "epub", "comments": "Читать, “сразу” — é\t\nx", "group_id": 2}


def body_of(*items: Any) -> bytes:
    return json.dumps({"items": items}).encode()


@pytest.mark.parametrize("ensure_ascii", [True, False])
def test_plain_items_are_those_of_the_slow_way(ensure_ascii: bool) -> None:
    rows = [ROW, {**ROW, "id": -(2**31), "comments": None}, {**ROW, "id": 3, "file_name": 'quote " and \\ "id"'}]
    plain = READER.read(json.dumps({"items": rows}, ensure_ascii=ensure_ascii).encode())
    assert plain is not None
    slow = check_items(rows, TYPES.schema, None)
    assert slow.outcomes == {}
    assert plain.items() == rows == [item.values for item in slow.items]
    assert plain.fields == ("id", "file_name", "comments", "group_id")
    assert (plain.ids, plain.values("group_id")) == ([1, -(2**31), 3], {2})


def test_plain_items_may_all_leave_the_same_field_out() -> None:
    plain = READER.read(body_of({"id": 1, "group_id": 2}, {"id": 2, "group_id": 2}))
    assert plain is not None
    assert plain.fields == ("id", "group_id")
    assert json.loads(plain.text) == [{"id": 1, "group_id": 2}, {"id": 2, "group_id": 2}]


def test_plain_items_may_name_what_they_belong_to() -> None:
    rows = [{"id": 1, "file_name": "epub", "comments": None, "group": "text"}, {**ROW, "id": 2, "group": "шум"}]
    del rows[1]["group_id"]
    plain = NAMING.read(body_of(*rows))
    assert plain is not None
    assert plain.values("group") == {"text", "шум"}
    resolved = plain.with_ids("group", "group_id", {"text": 4, "шум": 5})
    assert resolved.fields == ("id", "file_name", "comments", "group_id")
    assert resolved.items() == [
        {"id": 1, "file_name": "epub", "comments": None, "group_id": 4},
        {"id": 2, "file_name": "epub", "comments": ROW["comments"], "group_id": 5},
    ]
    assert plain.items() == rows


@pytest.mark.parametrize("group", [None, 1, ["text"], "te\x01xt"])
def test_plain_items_are_none_where_a_name_is_in_doubt(group: Any) -> None:
    assert NAMING.read(body_of({"id": 1, "group": group})) is None


@pytest.mark.parametrize(
    "body",
    [
        body_of(),
        body_of(ROW, ROW),
        body_of(ROW, {"id": 2, "group_id": 1}),
        body_of({**ROW, "id": 2**31}),
        body_of({**ROW, "id": True}),
        body_of({**ROW, "id": 1.0}),
        body_of({**ROW, "file_name": "x" * 31}),
        body_of({**ROW, "group_id": None}),
        body_of({**ROW, "shelf": 1}),
        body_of({**ROW, "group": "text"}),
        body_of("text"),
        *(
            body_of({**ROW, "comments": f"a{character}b"})
            for character in "\0\x01\x08\x0b\x0c\x1f\x7f\u202e\u2066\ufeff"
        ),
        json.dumps({"items": [{**ROW, "comments": "\u202e"}]}, ensure_ascii=False).encode(),
        b'{"items": [{"id": 1, "id": 2, "group_id": 3}]}',
        b'{"items": [{"id": 1, "\\u0069d": 2, "group_id": 3}]}',
        b'{"items": [{"id": 1, "group_id": 3, "group_id": 4}, {"id": 2}]}',
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
def test_plain_items_are_none_where_there_is_any_doubt(body: bytes) -> None:
    assert READER.read(body) is None
