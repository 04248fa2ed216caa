"""Bodies that are wrong as a whole, for every call that takes JSON, through the gateway.

Numbers are those of the table of bad input in the reliability research.
"""

import pytest

from tests.support.gateway.refused import assert_refused
from tests.support.stacks.eager import BATCHES, CSV, JSON, NDJSON, EagerStack

INGEST, PREVIEW, GROUPS = "/api/importer/ingest", "/api/importer/preview", "/api/groups/"
BULK, BULK_TYPES = "/api/groups/bulk", "/api/types/bulk"
pytestmark = pytest.mark.usefixtures("register", "ledger")

# Calls that take JSON in UTF-8 and nothing else: a body around one item, the item's field for texts, and the code of
# what is no object.
STRICT = {
    INGEST: (b'{"records": [ITEM]}', b"payload", "wrong_body"),
    GROUPS: (b"ITEM", b"name", "bad_request"),
    BULK: (b'{"items": [ITEM]}', b"name", "bad_request"),
    BULK_TYPES: (b'{"items": [ITEM]}', b"file_name", "bad_request"),
}
ITEMS = {
    "19-no-utf8": (b'{"id": 5, "TEXT": "\xff"}', "not_utf8"),
    "21-nan": (b'{"id": NaN}', "not_a_number"),
    "21-infinity": (b'{"id": 5, "TEXT": Infinity}', "not_a_number"),
    "21-1e400": (b'{"id": 1e400}', "not_a_number"),
    "22-key-twice": (b'{"id": 5, "id": 6}', "duplicate_key"),
    "22-key-twice-by-escapes": (b'{"id": 5, "\\u0069d": 6}', "duplicate_key"),
    "23-deep-lists": (b'{"id": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", "too_deep"),
    "23-deep-objects": (b'{"id": ' * 50_000 + b"1" + b"}" * 50_000, "too_deep"),
    "24-long-integer": (b'{"id": ' + b"9" * 5000 + b"}", "number_too_long"),
    "25-lone-surrogate": (b'{"id": 5, "TEXT": "\\ud800"}', "lone_surrogate"),
    "26-nul": (b'{"id": 5, "TEXT": "a\\u0000b"}', "nul_in_text"),
    "26-nul-in-a-field-that-is-none": (b'{"id": 5, "\\u0000": 1}', "nul_in_text"),
}
WHOLE = {
    "20-utf16": ('{"items": [{"id": 5}]}'.encode("utf-16"), "not_utf8"),
    "20-byte-order-mark": (b"\xef\xbb\xbf{}", "byte_order_mark"),
    "23-deep": (b"[" * 100_000 + b"]" * 100_000, "too_deep"),
    "32-empty": (b"", "invalid_json"),
}
NO_OBJECT = {"32-scalar": b"5", "32-null": b"null", "32-list": b'[{"id": 5}]'}


def with_item(path: str, item: bytes) -> bytes:
    body, text, _ = STRICT[path]
    return body.replace(b"ITEM", item.replace(b"TEXT", text))


@pytest.mark.parametrize(("item", "code"), ITEMS.values(), ids=ITEMS)
@pytest.mark.parametrize("path", STRICT)
def test_json_with_an_item_that_no_json_has_is_refused(stack: EagerStack, path: str, item: bytes, code: str) -> None:
    """`code` is that of the whole, or of the item's place."""
    problem = assert_refused(stack.send("POST", path, with_item(path, item), JSON), 400)
    assert code in {problem["code"], *(error["code"] for error in problem["errors"])}, problem


@pytest.mark.parametrize(("body", "code"), WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("path", STRICT)
def test_json_that_is_wrong_as_a_whole_is_refused(stack: EagerStack, path: str, body: bytes, code: str) -> None:
    assert_refused(stack.send("POST", path, body, JSON), 400, code)


@pytest.mark.parametrize("path", STRICT)
def test_json_with_something_behind_it_is_refused(stack: EagerStack, path: str) -> None:
    body = with_item(path, b'{"id": 5, "TEXT": "a"}') + b" x"
    assert_refused(stack.send("POST", path, body, JSON), 400, "invalid_json")


@pytest.mark.parametrize("body", NO_OBJECT.values(), ids=NO_OBJECT)
@pytest.mark.parametrize("path", STRICT)
def test_json_that_is_no_object_is_refused(stack: EagerStack, path: str, body: bytes) -> None:
    assert_refused(stack.send("POST", path, body, JSON), 400, STRICT[path][2])


OF_A_GROUP = {
    "27-id-beyond-int32": (b'{"id": 2147483648}', "wrong_fields"),
    "27-id-beyond-int64": (b'{"id": 9223372036854775808}', "wrong_fields"),
    "27-id-true": (b'{"id": true}', "wrong_fields"),
    "id-that-exists": (b'{"id": 1}', "exists"),
}


@pytest.mark.parametrize(("body", "code"), OF_A_GROUP.values(), ids=OF_A_GROUP)
def test_group_that_cannot_be_is_refused(stack: EagerStack, body: bytes, code: str) -> None:
    assert_refused(stack.send("POST", GROUPS, body, JSON), 400, code)


OF_BULK = {
    "no-items": (b"{}", "items_missing"),
    "43-empty-list": (b'{"items": []}', "items_missing"),
    "items-null": (b'{"items": null}', "items_missing"),
    "items-object": (b'{"items": {"id": 5}}', "items_missing"),
    "items-text": (b'{"items": "id"}', "items_missing"),
    "36-more-than-items": (b'{"items": [{"id": 5}], "__proto__": 1}', "items_missing"),
    "22-items-twice": (b'{"items": [{"id": 5}], "items": [{"id": 6}]}', "duplicate_key"),
}


@pytest.mark.parametrize(("body", "code"), OF_BULK.values(), ids=OF_BULK)
@pytest.mark.parametrize("path", [BULK, BULK_TYPES])
def test_bulk_body_without_its_items_is_refused(stack: EagerStack, path: str, body: bytes, code: str) -> None:
    assert_refused(stack.send("POST", path, body, JSON), 400, code)


# Batches and previews: JSON in any encoding, of which a wrong record costs only itself.
OF_RECORDS = {
    "32-empty": (b"", 422, "empty_batch"),
    "32-null": (b"null", 400, "wrong_body"),
    "32-list": (b"[]", 422, "empty_batch"),
    "32-garbage-behind": (b'{"records": []} x', 400, "invalid_json"),
    "no-records": (b"{}", 400, "records_missing"),
    "43-empty-list": (b'{"records": []}', 422, "empty_batch"),
    "records-object": (b'{"records": {}}', 400, "wrong_body"),
    "22-records-twice": (b'{"records": [], "records": []}', 400, "duplicate_key"),
    "36-unknown-field": (b'{"records": [], "__proto__": 1}', 400, "unknown_field"),
    "36-an-option": (b'{"records": [], "source": "s"}', 400, "unknown_field"),
    "19-wrong-byte": ('{"records": [{"id": 1, "payload": "Проза'.encode() + b'\xff"}]}', 400, "wrong_encoding"),
    "20-utf16": ('{"records": []}'.encode("utf-16"), 422, "empty_batch"),
    "20-utf16-cut": ('{"records": []}'.encode("utf-16")[:-1], 400, "wrong_encoding"),
    "20-byte-order-mark": (b'\xef\xbb\xbf{"records": []}', 422, "empty_batch"),
    "21-nan": (b'{"records": [NaN]}', 400, "not_a_number"),
    "23-deep": (b'{"records": ' + b"[" * 50_000 + b"]" * 50_000 + b"}", 400, "too_deep"),
}


@pytest.mark.parametrize(("body", "status", "code"), OF_RECORDS.values(), ids=OF_RECORDS)
@pytest.mark.parametrize("path", [BATCHES, PREVIEW])
def test_json_of_records_that_is_wrong_as_a_whole_is_refused(
    stack: EagerStack, path: str, body: bytes, status: int, code: str
) -> None:
    assert_refused(stack.send("POST", path, body, JSON), status, code)


FORM = "application/x-www-form-urlencoded"
OTHER_TYPES = {
    INGEST: ("text/plain", "application/xml", FORM, NDJSON, ""),
    GROUPS: ("text/plain", FORM),
    BULK: ("text/plain", NDJSON, CSV, ""),
    BATCHES: ("text/plain", "application/zip", FORM, ""),
    PREVIEW: ("text/plain", "application/zip", FORM, ""),
}


@pytest.mark.parametrize(("path", "content_type"), [(path, kind) for path in OTHER_TYPES for kind in OTHER_TYPES[path]])
def test_body_of_another_type_says_what_is_taken(stack: EagerStack, path: str, content_type: str) -> None:
    answer = stack.send("POST", path, b'{"id": 5}', content_type)
    assert_refused(answer, 415, "unsupported_media_type")
    taken = {kind.strip() for kind in answer.headers["accept-post"].split(",")}
    assert taken == {JSON} if path in STRICT else taken >= {CSV, NDJSON, JSON}


@pytest.mark.parametrize("path", STRICT)
def test_body_with_a_content_encoding_says_that_none_is_taken(stack: EagerStack, path: str) -> None:
    answer = stack.send("POST", path, b"\x1f\x8b", JSON, Content_Encoding="gzip")
    assert_refused(answer, 415, "unsupported_content_encoding")
    assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_bulk_call_by_another_method_is_405(stack: EagerStack, method: str) -> None:
    answer = stack.send(method, BULK, b"{}" if method == "PUT" else None, JSON)
    assert_refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "OPTIONS, POST"
