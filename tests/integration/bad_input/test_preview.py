"""Files and forms that are wrong, sent to the preview through the gateway: it refuses what a batch would refuse."""

import json
from collections.abc import Iterator

import pytest

from tests.integration.bad_input.test_files import CSV, END, FORM, FORMS, GOOD, ROWS, TABLES, TAKEN, part
from tests.support.stacks.eager import BATCHES, JSON, NDJSON, EagerStack, assert_refused

PREVIEW = "/api/importer/preview"
SMALL = {name: case for name, case in TABLES.items() if len(case[0]) < 8_000_000}


@pytest.fixture(autouse=True)
def ledger(stack: EagerStack) -> Iterator[None]:
    """Nothing of a preview is written, and the next one is answered as ever."""
    before = stack.get(BATCHES).json()
    yield
    assert stack.send("POST", PREVIEW, GOOD, CSV).json()["rows_read"] == 1
    assert stack.get(BATCHES).json() == before


@pytest.mark.parametrize("query", ["", "?operation=normalize_record"])
@pytest.mark.parametrize(("body", "status", "code"), SMALL.values(), ids=SMALL)
def test_preview_refuses_a_table_that_is_wrong_as_a_whole(
    stack: EagerStack, body: bytes, status: int, code: str, query: str
) -> None:
    assert_refused(stack.send("POST", PREVIEW + query, body, CSV), status, code)


@pytest.mark.parametrize(("body", "content_type", "status", "code"), FORMS.values(), ids=FORMS)
def test_preview_refuses_a_form_that_is_wrong(
    stack: EagerStack, body: bytes, content_type: str, status: int, code: str
) -> None:
    assert_refused(stack.send("POST", PREVIEW, body, content_type), status, code)


@pytest.mark.parametrize(("row", "code"), ROWS.values(), ids=ROWS)
def test_preview_shows_a_row_that_is_wrong_beside_the_others(stack: EagerStack, row: bytes, code: str) -> None:
    body = b"id,payload\n0,a\n" + row + b"\n2,=cmd\n"
    for sent, content_type in ((body, CSV), (part(data=body) + END, FORM)):
        found = stack.send("POST", PREVIEW, sent, content_type).json()
        assert (found["rows_read"], found["rows_refused"]) == (3, 1)
        assert [line.get("code") for line in found["rows"]] == [None, code, None]


@pytest.mark.parametrize(("body", "encoding", "rows"), TAKEN.values(), ids=TAKEN)
def test_preview_takes_a_table_that_is_only_odd(stack: EagerStack, body: bytes, encoding: str, rows: int) -> None:
    found = stack.send("POST", PREVIEW, body, CSV).json()
    assert (found["input"]["encoding"], found["rows_read"], found["rows_refused"]) == (encoding, rows, 0)


BODIES = {
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


@pytest.mark.parametrize(("body", "status", "code"), BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("path", [PREVIEW, BATCHES])
def test_json_that_is_wrong_as_a_whole_is_refused_by_preview_and_batch(
    stack: EagerStack, path: str, body: bytes, status: int, code: str
) -> None:
    assert_refused(stack.send("POST", path, body, JSON), status, code)


LINES = {
    "32-scalar": (b"5", "not_an_object"),
    "32-broken": (b'{"id": 1', "invalid_json"),
    "22-key-twice": (b'{"id": 1, "id": 2, "payload": "x"}', "duplicate_key"),
    "26-nul": (b'{"id": 1, "payload": "a\\u0000"}', "nul_in_text"),
    "37-long": (b'{"id": 1, "payload": "' + b"x" * 70_000 + b'"}', "record_too_long"),
    "no-payload": (b'{"id": 1}', "missing_field"),
    "payload-number": (b'{"id": 1, "payload": 5}', "wrong_type"),
    "id-empty": (b'{"id": "", "payload": "x"}', "wrong_value"),
}


@pytest.mark.parametrize(("line", "code"), LINES.values(), ids=LINES)
def test_preview_shows_a_line_that_is_wrong_beside_the_others(stack: EagerStack, line: bytes, code: str) -> None:
    good = json.dumps({"id": 7, "payload": "x"}).encode()
    found = stack.send("POST", PREVIEW, b"\n".join((good, line, good)), NDJSON).json()
    assert [one.get("code") for one in found["rows"]] == [None, code, None]


OPTIONS = {
    "operation=nothing": (422, "unknown_operation"),
    "operation=": (422, "unknown_operation"),
    "operation=normalize_record&queue=gpu": (422, "wrong_queue"),
    "queue=": (422, "wrong_queue"),
    "operation=load_groups": (400, "unknown_column"),
    "dry_run=true": (400, "unknown_parameter"),
    "source=s": (400, "unknown_parameter"),
    "operation=load_groups&operation=load_types": (400, "repeated_parameter"),
}


@pytest.mark.parametrize(("query", "status", "code"), [(query, *case) for query, case in OPTIONS.items()])
def test_preview_refuses_an_option_that_is_wrong(stack: EagerStack, query: str, status: int, code: str) -> None:
    assert_refused(stack.send("POST", f"{PREVIEW}?{query}", GOOD, CSV), status, code)


@pytest.mark.parametrize("content_type", ["text/plain", "application/zip", "application/x-www-form-urlencoded", ""])
def test_preview_names_what_it_takes_when_the_type_is_wrong(stack: EagerStack, content_type: str) -> None:
    answer = stack.send("POST", PREVIEW, GOOD, content_type)
    assert_refused(answer, 415, "unsupported_media_type")
    assert CSV in answer.headers["accept-post"]
