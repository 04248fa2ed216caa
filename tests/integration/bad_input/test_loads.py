"""Rows of loads that are wrong, through the gateway: each is an outcome with its code and costs itself alone.

Everything is a dry run, which takes the whole way to the catalog and back.
"""

import json
from typing import Any

import pytest

from tests.support.stacks.eager import BATCHES, JSON, NDJSON, EagerStack, assert_refused

GOOD = {"load_groups": {"name": "n"}, "load_types": {"group": "text"}}
pytestmark = pytest.mark.usefixtures("register")


def lines_of(stack: EagerStack, operation: str, body: bytes, content_type: str = NDJSON) -> list[dict[str, Any]]:
    answer = stack.send("POST", f"{BATCHES}?operation={operation}&dry_run=true", body, content_type)
    assert (answer.status, answer.json().get("rows")) == (202, 3), answer
    return stack.lines(answer.json()["id"])


# What no JSON object is, or not what it must be: outcome, code and field.
ODD = {
    "32-scalar": (b"5", "refused", "not_an_object", ""),
    "32-null": (b"null", "refused", "not_an_object", ""),
    "32-list": (b'[{"id": 5}]', "refused", "not_an_object", ""),
    "32-broken": (b'{"id": 5', "refused", "invalid_json", ""),
    "32-garbage-behind": (b'{"id": 5} x', "refused", "invalid_json", ""),
    "21-nan": (b'{"id": NaN}', "refused", "not_a_number", ""),
    "22-key-twice": (b'{"id": 5, "id": 6}', "refused", "duplicate_key", ""),
    "23-deep": (b'{"id": ' + b"[" * 500 + b"]" * 500 + b"}", "refused", "too_deep", ""),
    "24-long-integer": (b'{"id": ' + b"9" * 5000 + b"}", "refused", "number_too_long", ""),
    "25-lone-surrogate": (b'{"id": 5, "name": "\\ud800"}', "refused", "lone_surrogate", ""),
    "26-nul": (b'{"id": 5, "name": "a\\u0000"}', "refused", "nul_in_text", ""),
    "37-long": (b'{"id": 5, "name": "' + b"x" * 70_000 + b'"}', "refused", "record_too_long", ""),
    "no-id": (b"{}", "refused", "missing_field", "id"),
    "id-null": (b'{"id": null}', "refused", "wrong_type", "id"),
    "id-text": (b'{"id": "5"}', "refused", "wrong_type", "id"),
    "id-true": (b'{"id": true}', "refused", "wrong_type", "id"),
    "id-part": (b'{"id": 1.5}', "refused", "wrong_type", "id"),
    "27-id-beyond-int32": (b'{"id": 2147483648}', "refused", "wrong_value", "id"),
    "27-id-beyond-all": (b'{"id": ' + b"9" * 30 + b"}", "refused", "wrong_value", "id"),
}
OF_GROUPS = {
    **ODD,
    "name-number": (b'{"id": 5, "name": 7}', "refused", "wrong_type", "name"),
    "comment-list": (b'{"id": 5, "comment": []}', "refused", "wrong_type", "comment"),
    "37-name-long": (b'{"id": 5, "name": "' + b"x" * 51 + b'"}', "failed", "too_long", "name"),
    "37-comment-long": (b'{"id": 5, "comment": "' + b"x" * 201 + b'"}', "failed", "too_long", "comment"),
    "37-name-control": (b'{"id": 5, "name": "a\\u0001b"}', "failed", "bad_text", "name"),
    "37-name-turned": (b'{"id": 5, "name": "a\\u202eb"}', "failed", "bad_text", "name"),
    "44-id-twice": (b'{"id": 4, "name": "again"}', "refused", "duplicate_of", "id"),
    "id-that-exists": (b'{"id": 1, "name": "mine"}', "failed", "exists", "id"),
    "field-misspelt": (b'{"id": 5, "name": "n", "coment": "lost"}', "refused", "unknown_field", "coment"),
}
OF_TYPES = {
    **ODD,
    "group-id-text": (b'{"id": 5, "group_id": "1"}', "refused", "wrong_type", "group_id"),
    "group-id-beyond-int32": (b'{"id": 5, "group_id": 2147483648}', "refused", "wrong_value", "group_id"),
    "group-number": (b'{"id": 5, "group": 7}', "refused", "wrong_type", "group"),
    "no-group": (b'{"id": 5}', "failed", "missing_field", "group_id"),
    "group-null": (b'{"id": 5, "group_id": null}', "failed", "missing_field", "group_id"),
    "group-blank": (b'{"id": 5, "group": "  "}', "failed", "missing_field", "group_id"),
    "group-that-is-none": (b'{"id": 5, "group_id": 99}', "failed", "unknown_group", "group_id"),
    "group-by-a-name-that-nobody-has": (b'{"id": 5, "group": "nobody"}', "failed", "unknown_group", "group"),
    "group-by-a-name-of-two": (b'{"id": 5, "group": "twin"}', "failed", "ambiguous_group", "group"),
    "group-by-both": (b'{"id": 5, "group": "text", "group_id": 1}', "failed", "two_groups", "group"),
    "37-file-name-long": (
        b'{"id": 5, "group_id": 1, "file_name": "' + b"x" * 31 + b'"}', "failed", "too_long", "file_name",
    ),
    "37-comments-long": (
        b'{"id": 5, "group_id": 1, "comments": "' + b"x" * 501 + b'"}', "failed", "too_long", "comments",
    ),
    "id-that-exists": (b'{"id": 10, "group_id": 1}', "failed", "exists", "id"),
    "field-unknown": (b'{"id": 5, "group": "text", "__proto__": {"a": 1}}', "refused", "unknown_field", "__proto__"),
    "results-that-are-ok": (b'{"row": 1, "outcome": "ok", "result": {"id": 5}}', "refused", "already_done", ""),
}  # fmt: skip
ROWS = [
    *(pytest.param("load_groups", *case, id=f"groups-{name}") for name, case in OF_GROUPS.items()),
    *(pytest.param("load_types", *case, id=f"types-{name}") for name, case in OF_TYPES.items()),
]


@pytest.mark.parametrize(("operation", "row", "outcome", "code", "field"), ROWS)
def test_row_of_a_load_that_is_wrong_is_an_outcome(
    stack: EagerStack, operation: str, row: bytes, outcome: str, code: str, field: str
) -> None:
    first, last = (json.dumps({"id": row_id, **GOOD[operation]}).encode() for row_id in (4, 6))
    lines = lines_of(stack, operation, b"\n".join((first, row, last)))
    assert [(line["row"], line.get("result", {}).get("change")) for line in (lines[0], lines[2])] == [
        (1, "created"), (3, "created"),
    ]  # fmt: skip
    wrong = lines[1]
    assert (wrong["row"], wrong["outcome"], wrong["code"], wrong.get("field", "")) == (2, outcome, code, field)
    assert not any(word in json.dumps(wrong) for word in ("Traceback", "psycopg2", "SELECT"))


def test_row_that_is_only_odd_is_taken(stack: EagerStack) -> None:
    row = b'{"id": 5.0, "group": "text"}'
    lines = lines_of(stack, "load_types", b"\n".join((b'{"id": 4, "group_id": 1}', row, b'{"id": 6, "group_id": 1}')))
    assert [line["result"] for line in lines] == [
        {"id": row_id, "change": "created", "etag": line["result"]["etag"], "dry_run": True}
        for row_id, line in zip((4, 5, 6), lines, strict=True)
    ]


CELLS = {
    "id-text": ("load_types", "x;f;text", "refused", "wrong_type", "id"),
    "id-empty": ("load_types", ";f;text", "refused", "missing_field", "id"),
    "id-part": ("load_types", "1.5;f;text", "refused", "wrong_type", "id"),
    "27-id-beyond-int32": ("load_types", "2147483648;f;text", "refused", "wrong_value", "id"),
    "27-id-full-width": ("load_types", "\uff15;f;text", "refused", "wrong_type", "id"),
    "ragged": ("load_types", "5;f", "refused", "wrong_cells", ""),
    "26-nul": ("load_types", "5;a\0;text", "refused", "nul_character", ""),
    "no-group": ("load_types", "5;f;", "failed", "missing_field", "group_id"),
    "unknown-group": ("load_types", "5;f;nobody", "failed", "unknown_group", "group"),
    "44-id-twice": ("load_types", "4;again;text", "refused", "duplicate_of", "id"),
}


@pytest.mark.parametrize(("operation", "row", "outcome", "code", "field"), CELLS.values(), ids=CELLS)
def test_row_of_a_table_that_is_wrong_is_an_outcome(
    stack: EagerStack, operation: str, row: str, outcome: str, code: str, field: str
) -> None:
    body = f"id;file_name;group\n4;f;text\n{row}\n6;f;text\n".encode()
    lines = lines_of(stack, operation, body, "text/csv")
    assert [line.get("result", {}).get("change") for line in (lines[0], lines[2])] == ["created", "created"]
    assert (lines[1]["outcome"], lines[1]["code"], lines[1].get("field", "")) == (outcome, code, field)


OPTIONS = {
    "operation=load_nothing": (422, "unknown_operation"),
    "operation=": (422, "unknown_operation"),
    "operation=load_groups&queue=gpu": (422, "wrong_queue"),
    "operation=load_groups&on_conflict=replace": (400, "unknown_value"),
    "operation=load_groups&dry_run=1": (400, "unknown_value"),
    "operation=load_groups&atomic=true": (400, "unknown_parameter"),
    "operation=normalize_record&dry_run=true": (422, "wrong_option"),
    "on_conflict=skip": (422, "wrong_option"),
    "operation=process_video": (422, "no_local_function"),
    "source=": (400, "bad_text"),
    "source=a%0Ab": (400, "bad_text"),
    "source=a%E2%80%AEb": (400, "bad_text"),
    "source=" + "s" * 201: (400, "too_long"),
}


@pytest.mark.parametrize(("query", "status", "code"), [(query, *case) for query, case in OPTIONS.items()])
def test_option_of_a_batch_that_is_wrong_is_refused(stack: EagerStack, query: str, status: int, code: str) -> None:
    before = stack.get(f"{BATCHES}?limit=1").json()
    answer = stack.send("POST", f"{BATCHES}?{query}", b'{"records": [{"id": 4, "payload": "x"}]}', JSON)
    assert_refused(answer, status, code)
    assert stack.get(f"{BATCHES}?limit=1").json() == before


@pytest.mark.parametrize(("form", "content_type"), [("ndjson", NDJSON), ("csv", "text/csv")])
def test_results_sent_again_change_what_failed_and_nothing_else(
    stack: EagerStack, form: str, content_type: str
) -> None:
    """Neither what a failed row had left out is cleared by that, nor what an ok row had written."""
    tried = f"{BATCHES}?operation=load_groups&on_conflict=update&dry_run=true"
    rows = b'{"id": 1, "name": "text"}\n{"id": 2, "comment": "%b"}\n' % (b"y" * 300)
    first = stack.send("POST", tried, rows, NDJSON).json()
    results = stack.get(f"{BATCHES}/{first['id']}/results?format={form}").body
    again = stack.send("POST", tried, results.replace(b"y" * 300, b""), content_type).json()
    done, mended = stack.lines(again["id"])
    assert (done["outcome"], done["code"]) == ("refused", "already_done")
    assert mended["result"]["change"] == "unchanged"
