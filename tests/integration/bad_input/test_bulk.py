"""Bulk calls that are wrong, as a whole or in one item, through the gateway to a real catalog.

Numbers are those of the table of bad input in the reliability research.
"""

import json
from typing import Any

import pytest

from tests.support.stacks.eager import JSON, MOST_ITEMS, EagerStack, assert_refused

GROUPS, TYPES = "/api/groups/bulk", "/api/types/bulk"
GOOD = [{"id": 5, "name": "new"}]
pytestmark = pytest.mark.usefixtures("register")


BODIES = {
    "32-empty": (b"", "invalid_json"),
    "32-null": (b"null", "bad_request"),
    "32-scalar": (b"5", "bad_request"),
    "32-list": (b'[{"id": 5}]', "bad_request"),
    "32-garbage-behind": (b'{"items": [{"id": 5}]} x', "invalid_json"),
    "no-items": (b"{}", "items_missing"),
    "43-empty-list": (b'{"items": []}', "items_missing"),
    "items-null": (b'{"items": null}', "items_missing"),
    "items-object": (b'{"items": {"id": 5}}', "items_missing"),
    "items-text": (b'{"items": "id"}', "items_missing"),
    "36-more-than-items": (b'{"items": [{"id": 5}], "__proto__": 1}', "items_missing"),
    "22-items-twice": (b'{"items": [{"id": 5}], "items": [{"id": 6}]}', "duplicate_key"),
    "22-key-twice-in-an-item": (b'{"items": [{"id": 5, "id": 6}]}', "duplicate_key"),
    "22-key-twice-by-escapes": (b'{"items": [{"id": 5, "\\u0069d": 6}]}', "duplicate_key"),
    "19-no-utf8": (b'{"items": [{"id": 5, "name": "\xff"}]}', "not_utf8"),
    "20-utf16": ('{"items": [{"id": 5}]}'.encode("utf-16"), "not_utf8"),
    "20-byte-order-mark": (b'\xef\xbb\xbf{"items": [{"id": 5}]}', "byte_order_mark"),
    "21-nan": (b'{"items": [{"id": NaN}]}', "not_a_number"),
    "21-1e400": (b'{"items": [{"id": 1e400}]}', "not_a_number"),
    "23-deep": (b'{"items": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", "too_deep"),
    "24-long-integer": (b'{"items": [{"id": ' + b"9" * 5000 + b"}]}", "number_too_long"),
    "25-lone-surrogate": (b'{"items": [{"id": 5, "name": "\\ud800"}]}', "lone_surrogate"),
    "26-nul": (b'{"items": [{"id": 5, "name": "a\\u0000"}]}', "nul_in_text"),
    "26-nul-in-a-field-that-is-none": (b'{"items": [{"id": 5, "\\u0000": 1}]}', "nul_in_text"),
}


@pytest.mark.parametrize(("body", "code"), BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", [GROUPS, TYPES])
def test_bulk_body_that_is_wrong_as_a_whole_is_refused(stack: EagerStack, path: str, body: bytes, code: str) -> None:
    assert_refused(stack.send("POST", path, body, JSON), 400, code)


@pytest.mark.parametrize(("items", "status"), [(MOST_ITEMS, 200), (MOST_ITEMS + 1, 413)])
def test_bulk_call_may_have_one_to_the_most_items(stack: EagerStack, items: int, status: int) -> None:
    answer = stack.post(f"{GROUPS}?dry_run=true", {"items": [{"id": row} for row in range(100, 100 + items)]})
    assert answer.status == status
    if status == 413:
        assert_refused(answer, 413, "too_many_items")


OPTIONS = {
    "on_conflict=replace": "unknown_value",
    "on_conflict=": "unknown_value",
    "atomic=1": "unknown_value",
    "dry_run=yes": "unknown_value",
    "dry_run=True": "unknown_value",
    "dry_run=true&dry_run=true": "repeated_parameter",
    "page=1": "unknown_parameter",
    "operation=load_groups": "unknown_parameter",
}


@pytest.mark.parametrize(("query", "code"), OPTIONS.items(), ids=OPTIONS)
def test_bulk_option_that_is_none_is_refused(stack: EagerStack, query: str, code: str) -> None:
    problem = assert_refused(stack.post(f"{GROUPS}?{query}", {"items": GOOD}), 400, code)
    assert problem["errors"][0]["pointer"] == f"?{query.partition('=')[0]}"


@pytest.mark.parametrize("key", ["", "k" * 201, "two words", "clé"], ids=["empty", "201", "space", "no-ascii"])
def test_bulk_key_that_is_none_is_refused(stack: EagerStack, key: str) -> None:
    assert_refused(stack.post(GROUPS, {"items": GOOD}, Idempotency_Key=key), 400, "bad_idempotency_key")


def test_bulk_key_with_another_request_is_refused_and_the_same_request_is_answered_again(stack: EagerStack) -> None:
    key = {"Idempotency_Key": "row-42"}
    first = stack.post(f"{GROUPS}?on_conflict=skip", {"items": [{"id": 1}]}, **key)
    again = stack.post(f"{GROUPS}?on_conflict=skip", {"items": [{"id": 1}]}, **key)
    assert (first.status, again.body, again.headers["idempotent-replayed"]) == (200, first.body, "true")
    for path, items in ((f"{GROUPS}?on_conflict=skip", [{"id": 2}]), (GROUPS, [{"id": 1}]), (TYPES, [{"id": 1}])):
        assert_refused(stack.post(path, {"items": items}, **key), 422, "idempotency_key_reused")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-ndjson", "text/csv", ""])
def test_bulk_call_of_another_type_says_what_it_takes(stack: EagerStack, content_type: str) -> None:
    answer = stack.send("POST", GROUPS, b'{"items": [{"id": 5}]}', content_type)
    assert_refused(answer, 415, "unsupported_media_type")
    assert answer.headers["accept-post"] == "application/json"


def test_bulk_call_with_a_content_encoding_says_that_it_takes_none(stack: EagerStack) -> None:
    answer = stack.send("POST", GROUPS, b"\x1f\x8b", JSON, Content_Encoding="gzip")
    assert_refused(answer, 415, "unsupported_content_encoding")
    assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_bulk_call_by_another_method_is_405(stack: EagerStack, method: str) -> None:
    answer = stack.send(method, GROUPS, b"{}" if method == "PUT" else None, JSON)
    assert_refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "OPTIONS, POST"


FAULTS: dict[str, tuple[Any, str, str]] = {
    "number": (5, "not_an_object", ""),
    "null": (None, "not_an_object", ""),
    "text": ("id", "not_an_object", ""),
    "list": ([{"id": 5}], "not_an_object", ""),
    "nothing": ({}, "missing_field", "id"),
    "no-id": ({"comment": "x"}, "missing_field", "id"),
    "id-null": ({"id": None}, "null", "id"),
    "id-text": ({"id": "5"}, "wrong_type", "id"),
    "id-true": ({"id": True}, "wrong_type", "id"),
    "id-part": ({"id": 1.5}, "wrong_type", "id"),
    "id-list": ({"id": [5]}, "wrong_type", "id"),
    "27-id-beyond-int32": ({"id": 2**31}, "out_of_range", "id"),
    "27-id-beyond-int64": ({"id": -(2**63) - 1}, "out_of_range", "id"),
    "27-id-beyond-all": ({"id": 10**30}, "out_of_range", "id"),
    "36-unknown-field": ({"id": 5, "constructor": 1}, "unknown_field", "constructor"),
}
OF_GROUPS: dict[str, tuple[Any, str, str]] = {
    **FAULTS,
    "name-number": ({"id": 5, "name": 7}, "wrong_type", "name"),
    "name-object": ({"id": 5, "name": {"a": 1}}, "wrong_type", "name"),
    "37-name-long": ({"id": 5, "name": "x" * 51}, "too_long", "name"),
    "37-name-huge": ({"id": 5, "name": "x" * 1_000_000}, "too_long", "name"),
    "37-comment-long": ({"id": 5, "comment": "ж" * 201}, "too_long", "comment"),
    "37-name-control": ({"id": 5, "name": "a\x01"}, "bad_text", "name"),
    "37-name-turned": ({"id": 5, "name": "a\u202eb"}, "bad_text", "name"),
    "37-name-mark": ({"id": 5, "name": "\ufeffa"}, "bad_text", "name"),
    "44-id-twice": ({"id": 4, "name": "again"}, "duplicate_of", "id"),
    "id-that-exists": ({"id": 1, "name": "mine"}, "exists", "id"),
}
OF_TYPES: dict[str, tuple[Any, str, str]] = {
    **FAULTS,
    "no-group": ({"id": 5, "file_name": "x"}, "missing_field", "group_id"),
    "group-null": ({"id": 5, "group_id": None}, "null", "group_id"),
    "group-text": ({"id": 5, "group_id": "1"}, "wrong_type", "group_id"),
    "group-that-is-none": ({"id": 5, "group_id": 99}, "unknown_group", "group_id"),
    "group-by-a-name-that-nobody-has": ({"id": 5, "group": "nobody"}, "unknown_group", "group"),
    "group-by-an-odd-name": ({"id": 5, "group": "'; DROP TABLE tbc.books_files_types; --"}, "unknown_group", "group"),
    "group-by-a-number": ({"id": 5, "group": 7}, "unknown_group", "group"),
    "group-by-a-list": ({"id": 5, "group": ["text"]}, "unknown_group", "group"),
    "group-by-a-name-of-two": ({"id": 5, "group": "twin"}, "ambiguous_group", "group"),
    "group-by-both": ({"id": 5, "group": "text", "group_id": 1}, "two_references", "group"),
    "37-file-name-long": ({"id": 5, "file_name": "x" * 31, "group_id": 1}, "too_long", "file_name"),
    "37-comments-long": ({"id": 5, "comments": "x" * 501, "group_id": 1}, "too_long", "comments"),
    "id-that-exists": ({"id": 10, "group_id": 1}, "exists", "id"),
}
ITEMS = [
    *(pytest.param(GROUPS, {"name": "n"}, *case, id=f"groups-{name}") for name, case in OF_GROUPS.items()),
    *(pytest.param(TYPES, {"group_id": 1}, *case, id=f"types-{name}") for name, case in OF_TYPES.items()),
]


@pytest.mark.parametrize(("path", "rest", "item", "code", "field"), ITEMS)
def test_bulk_item_that_is_wrong_costs_itself_alone(
    stack: EagerStack, path: str, rest: dict[str, Any], item: Any, code: str, field: str
) -> None:
    items = [{"id": 4, **rest}, item, {"id": 6, **rest}]
    answer = stack.post(f"{path}?dry_run=true", {"items": items})
    assert answer.status == 200, answer
    first, wrong, last = answer.json()["outcomes"]
    assert (first["outcome"], last["outcome"]) == ("created", "created")
    assert (wrong["outcome"], wrong["code"], wrong["field"], wrong["index"]) == ("failed", code, field, 1)
    assert not any(word in json.dumps(wrong) for word in ("Traceback", "psycopg2", "SELECT"))
    whole = stack.post(f"{path}?atomic=true", {"items": items}).json()
    assert [one.get("code") for one in whole["outcomes"]] == ["atomic", code, "atomic"]
