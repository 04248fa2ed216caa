"""Rows of the register that are wrong, as items of a bulk call and as rows of a load, through the gateway.

Each has its outcome and code, and costs itself alone. Every load here is a dry run, which takes the whole way to the
catalog and back. Numbers are those of the table of bad input in the reliability research.
"""

import json
from typing import Any

import pytest

from tests.support.stacks.eager import BATCHES, CSV, NDJSON, EagerStack

pytestmark = pytest.mark.usefixtures("register")
INT32, INT64 = 2**31, 2**63

# What is sent, the field that is wrong, its code in a bulk call, its outcome and code in a load; "": it is not sent so.
Cases = dict[str, tuple[Any, str, str, str]]
OF_BOTH: Cases = {
    "32-scalar": (5, "", "not_an_object", "refused not_an_object"),
    "32-null": (None, "", "not_an_object", "refused not_an_object"),
    "32-text": ("id", "", "not_an_object", "refused not_an_object"),
    "32-list": ([{"id": 5}], "", "not_an_object", "refused not_an_object"),
    "nothing": ({}, "id", "missing_field", "refused missing_field"),
    "no-id": ({"comment": "x"}, "id", "missing_field", ""),
    "id-null": ({"id": None}, "id", "null", "refused wrong_type"),
    "id-text": ({"id": "5"}, "id", "wrong_type", "refused wrong_type"),
    "id-true": ({"id": True}, "id", "wrong_type", "refused wrong_type"),
    "id-part": ({"id": 1.5}, "id", "wrong_type", "refused wrong_type"),
    "id-list": ({"id": [5]}, "id", "wrong_type", "refused wrong_type"),
    "27-id-beyond-int32": ({"id": INT32}, "id", "out_of_range", "refused wrong_value"),
    "27-id-beyond-int64": ({"id": -INT64 - 1}, "id", "out_of_range", "refused wrong_value"),
    "27-id-beyond-all": ({"id": 10**30}, "id", "out_of_range", "refused wrong_value"),
    "36-unknown-field": ({"id": 5, "constructor": 1}, "constructor", "unknown_field", "refused unknown_field"),
}
OF_GROUPS: Cases = {
    **OF_BOTH,
    "name-number": ({"id": 5, "name": 7}, "name", "wrong_type", "refused wrong_type"),
    "name-object": ({"id": 5, "name": {"a": 1}}, "name", "wrong_type", "refused wrong_type"),
    "comment-list": ({"id": 5, "comment": []}, "comment", "wrong_type", "refused wrong_type"),
    "37-name-long": ({"id": 5, "name": "x" * 51}, "name", "too_long", "failed too_long"),
    "37-name-huge": ({"id": 5, "name": "x" * 1_000_000}, "name", "too_long", ""),
    "37-comment-long": ({"id": 5, "comment": "ж" * 201}, "comment", "too_long", "failed too_long"),
    "37-name-control": ({"id": 5, "name": "a\x01b"}, "name", "bad_text", "failed bad_text"),
    "37-name-turned": ({"id": 5, "name": "a\u202eb"}, "name", "bad_text", "failed bad_text"),
    "37-name-mark": ({"id": 5, "name": "\ufeffa"}, "name", "bad_text", "failed bad_text"),
    "44-id-twice": ({"id": 4, "name": "again"}, "id", "duplicate_of", "refused duplicate_of"),
    "id-that-exists": ({"id": 1, "name": "mine"}, "id", "exists", "failed exists"),
    "field-misspelt": ({"id": 5, "coment": "lost"}, "coment", "unknown_field", "refused unknown_field"),
}
ODD_NAME = "'; DROP TABLE tbc.books_files_types; --"
OF_TYPES: Cases = {
    **OF_BOTH,
    "no-group": ({"id": 5, "file_name": "x"}, "group_id", "missing_field", "failed missing_field"),
    "group-null": ({"id": 5, "group_id": None}, "group_id", "null", "failed missing_field"),
    "group-blank": ({"id": 5, "group": "  "}, "group_id", "", "failed missing_field"),
    "group-id-text": ({"id": 5, "group_id": "1"}, "group_id", "wrong_type", "refused wrong_type"),
    "group-id-beyond-int32": ({"id": 5, "group_id": INT32}, "group_id", "out_of_range", "refused wrong_value"),
    "group-that-is-none": ({"id": 5, "group_id": 99}, "group_id", "unknown_group", "failed unknown_group"),
    "group-that-nobody-is": ({"id": 5, "group": "nobody"}, "group", "unknown_group", "failed unknown_group"),
    "group-by-an-odd-name": ({"id": 5, "group": ODD_NAME}, "group", "unknown_group", "failed unknown_group"),
    "group-by-a-number": ({"id": 5, "group": 7}, "group", "unknown_group", "refused wrong_type"),
    "group-by-a-list": ({"id": 5, "group": ["text"]}, "group", "unknown_group", "refused wrong_type"),
    "group-by-a-name-of-two": ({"id": 5, "group": "twin"}, "group", "ambiguous_group", "failed ambiguous_group"),
    "group-by-both": ({"id": 5, "group": "text", "group_id": 1}, "group", "two_references", "failed two_references"),
    "37-file-name-long": ({"id": 5, "file_name": "x" * 31, "group_id": 1}, "file_name", "too_long", "failed too_long"),
    "37-comments-long": ({"id": 5, "comments": "x" * 501, "group_id": 1}, "comments", "too_long", "failed too_long"),
    "id-that-exists": ({"id": 10, "group_id": 1}, "id", "exists", "failed exists"),
    "field-unknown": (
        {"id": 5, "group": "text", "__proto__": {"a": 1}}, "__proto__", "unknown_field", "refused unknown_field",
    ),
    "results-that-are-ok": ({"row": 1, "outcome": "ok", "result": {"id": 5}}, "", "", "refused already_done"),
}  # fmt: skip
RESOURCES: dict[str, tuple[Cases, dict[str, Any]]] = {
    "groups": (OF_GROUPS, {"name": "n"}),
    "types": (OF_TYPES, {"group_id": 1}),
}
ITEMS = [
    pytest.param(resource, item, field, code, id=f"{resource}-{name}")
    for resource, (table, _) in RESOURCES.items()
    for name, (item, field, code, _) in table.items()
    if code
]


def with_nothing_of_the_inside(outcome: dict[str, Any]) -> dict[str, Any]:
    assert not any(word in json.dumps(outcome) for word in ("Traceback", "psycopg2", "SELECT"))
    return outcome


@pytest.mark.parametrize(("resource", "item", "field", "code"), ITEMS)
def test_bulk_item_that_is_wrong_costs_itself_alone(
    stack: EagerStack, resource: str, item: Any, field: str, code: str
) -> None:
    right = RESOURCES[resource][1]
    items = [{"id": 4, **right}, item, {"id": 6, **right}]
    answer = stack.post(f"/api/{resource}/bulk?dry_run=true", {"items": items})
    assert answer.status == 200, answer
    first, wrong, last = answer.json()["outcomes"]
    assert (first["outcome"], last["outcome"]) == ("created", "created")
    with_nothing_of_the_inside(wrong)
    assert (wrong["outcome"], wrong["code"], wrong["field"], wrong["index"]) == ("failed", code, field, 1)
    whole = stack.post(f"/api/{resource}/bulk?atomic=true", {"items": items}).json()
    assert [one.get("code") for one in whole["outcomes"]] == ["atomic", code, "atomic"]


def lines_of(stack: EagerStack, resource: str, body: bytes, content_type: str = NDJSON) -> list[dict[str, Any]]:
    answer = stack.send("POST", f"{BATCHES}?operation=load_{resource}&dry_run=true", body, content_type)
    assert (answer.status, answer.json().get("rows")) == (202, 3), answer
    return stack.lines(answer.json()["id"])


# Lines that no JSON library writes.
OF_LINES = {
    "32-broken": (b'{"id": 5', "invalid_json"),
    "32-garbage-behind": (b'{"id": 5} x', "invalid_json"),
    "21-nan": (b'{"id": NaN}', "not_a_number"),
    "22-key-twice": (b'{"id": 5, "id": 6}', "duplicate_key"),
    "23-deep": (b'{"id": ' + b"[" * 500 + b"]" * 500 + b"}", "too_deep"),
    "24-long-integer": (b'{"id": ' + b"9" * 5000 + b"}", "number_too_long"),
    "25-lone-surrogate": (b'{"id": 5, "name": "\\ud800"}', "lone_surrogate"),
    "26-nul": (b'{"id": 5, "name": "a\\u0000"}', "nul_in_text"),
    "37-long": (b'{"id": 5, "name": "' + b"x" * 70_000 + b'"}', "record_too_long"),
}
ROWS = [
    pytest.param(resource, json.dumps(item).encode(), field, load, id=f"{resource}-{name}")
    for resource, (table, _) in RESOURCES.items()
    for name, (item, field, _, load) in table.items()
    if load
] + [
    pytest.param(resource, line, "", f"refused {code}", id=f"{resource}-{name}")
    for resource in RESOURCES
    for name, (line, code) in OF_LINES.items()
]


@pytest.mark.parametrize(("resource", "row", "field", "expected"), ROWS)
def test_row_of_a_load_that_is_wrong_is_an_outcome(
    stack: EagerStack, resource: str, row: bytes, field: str, expected: str
) -> None:
    right = {"groups": {"name": "n"}, "types": {"group": "text"}}[resource]
    first, last = (json.dumps({"id": row_id, **right}).encode() for row_id in (4, 6))
    lines = lines_of(stack, resource, b"\n".join((first, row, last)))
    assert [(line["row"], line.get("result", {}).get("change")) for line in (lines[0], lines[2])] == [
        (1, "created"), (3, "created"),
    ]  # fmt: skip
    wrong = with_nothing_of_the_inside(lines[1])
    assert (wrong["row"], f"{wrong['outcome']} {wrong['code']}", wrong.get("field", "")) == (2, expected, field)


def test_row_that_is_only_odd_is_taken(stack: EagerStack) -> None:
    row = b'{"id": 5.0, "group": "text"}'
    lines = lines_of(stack, "types", b"\n".join((b'{"id": 4, "group_id": 1}', row, b'{"id": 6, "group_id": 1}')))
    assert [line["result"] for line in lines] == [
        {"id": row_id, "change": "created", "etag": line["result"]["etag"], "dry_run": True}
        for row_id, line in zip((4, 5, 6), lines, strict=True)
    ]


OF_TABLES = {
    "id-text": ("x;f;text", "id", "refused wrong_type"),
    "id-empty": (";f;text", "id", "refused missing_field"),
    "id-part": ("1.5;f;text", "id", "refused wrong_type"),
    "27-id-beyond-int32": ("2147483648;f;text", "id", "refused wrong_value"),
    "27-id-full-width": ("\uff15;f;text", "id", "refused wrong_type"),
    "ragged": ("5;f", "", "refused wrong_cells"),
    "26-nul": ("5;a\0;text", "", "refused nul_character"),
    "no-group": ("5;f;", "group_id", "failed missing_field"),
    "unknown-group": ("5;f;nobody", "group", "failed unknown_group"),
    "44-id-twice": ("4;again;text", "id", "refused duplicate_of"),
}


@pytest.mark.parametrize(("row", "field", "expected"), OF_TABLES.values(), ids=OF_TABLES)
def test_row_of_a_table_that_is_wrong_is_an_outcome(stack: EagerStack, row: str, field: str, expected: str) -> None:
    lines = lines_of(stack, "types", f"id;file_name;group\n4;f;text\n{row}\n6;f;text\n".encode(), CSV)
    assert [line.get("result", {}).get("change") for line in (lines[0], lines[2])] == ["created", "created"]
    assert (f"{lines[1]['outcome']} {lines[1]['code']}", lines[1].get("field", "")) == (expected, field)


@pytest.mark.parametrize(("form", "content_type"), [("ndjson", NDJSON), ("csv", CSV)])
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
