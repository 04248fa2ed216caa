"""Tables and texts that are wrong, in part wrong or only odd, through the gateway, for batches and their previews.

Numbers are those of the table of bad input in the reliability research.
"""

import json

import pytest

from tests.support.gateway.forms import END, FORM, MIB, part
from tests.support.gateway.refused import assert_refused
from tests.support.stacks.alone import ImporterAlone
from tests.support.stacks.eager import BATCHES, CSV, JSON, NDJSON

PREVIEW = "/api/importer/preview"
TABLES = {
    "35-million-columns": (b"id,payload" + b",x" * 1_000_000 + b"\n1,a\n", 400, "unknown_column"),
    "35-million-cells": (b"id,payload\n1" + b"," * 1_500_000 + b"\n", 413, "csv_row_too_long"),
    "35-short-unclosed-quote": (b'id,payload\n1,"a\n2,b\n', 400, "invalid_csv"),
    "35-quote-in-the-middle": (b'id,payload\n1,"a"b\n', 400, "invalid_csv"),
    "20-utf-16-cut": ("id,payload\n1,a\n".encode("utf-16")[:-1], 400, "wrong_encoding"),
    "19-accents": (b"id,payload\n1,Caf\xe9\n", 400, "ambiguous_encoding"),
    "19-no-encoding": (b"id,payload\n1,\x98\xff\n", 400, "ambiguous_encoding"),
    "26-nul-in-header": (b"id,pay\0load\n1,a\n", 400, "wrong_encoding"),
    "22-column-twice": (b"id,payload,id\n1,a,2\n", 400, "repeated_column"),
    "36-unknown-column": (b"id,payload,__proto__\n1,a,b\n", 400, "unknown_column"),
    "32-empty": (b"", 422, "empty_batch"),
    "32-spaces": (b" \n \n", 422, "empty_batch"),
    "43-header-alone": (b"id,payload\n", 422, "empty_batch"),
    "no-table-at-all": (b"\x89PNG\r\n\x1a\n\0\0", 400, "ambiguous_encoding"),
}


TARGETS = {"": BATCHES, "preview-": PREVIEW, "named-": f"{PREVIEW}?operation=normalize_record"}
REFUSED = [
    pytest.param(target, *case, id=kind + name) for kind, target in TARGETS.items() for name, case in TABLES.items()
]


@pytest.mark.parametrize(("target", "body", "status", "code"), REFUSED)
@pytest.mark.usefixtures("nothing_kept")
def test_table_that_is_wrong_as_a_whole_is_refused(
    alone: ImporterAlone, target: str, body: bytes, status: int, code: str
) -> None:
    assert_refused(alone.post(target, body, CSV), status, code)


# How the cell begins, and what it goes on with how often.
LONG = {"35-long-field": (b"", b"x", 100 * MIB), "35-unclosed-quote": (b'"', b"a\n2,b\n", 4_000_000)}


@pytest.mark.parametrize(("start", "more", "times"), LONG.values(), ids=LONG)
@pytest.mark.usefixtures("nothing_kept")
def test_table_that_is_wrong_as_a_whole_is_refused_where_a_cell_does_not_end(
    alone: ImporterAlone, start: bytes, more: bytes, times: int
) -> None:
    body = b"id,payload\n1," + start + more * times + b"\n"
    assert_refused(alone.post(BATCHES, body, CSV), 413, "csv_row_too_long")


ROWS = {
    "ragged": (b"1", "wrong_cells"),
    "ragged-the-other-way": (b"1,a,b,c", "wrong_cells"),
    "26-nul": (b"1,a\0b", "nul_character"),
    "37-long": (b"1," + b"x" * 70_000, "record_too_long"),
    "27-no-id": (b",a", "wrong_value"),
}


@pytest.mark.parametrize(("row", "code"), ROWS.values(), ids=ROWS)
def test_row_that_is_wrong_costs_itself_alone(alone: ImporterAlone, row: bytes, code: str) -> None:
    body = b"id,payload\n0,a\n" + row + b"\n2,=cmd\n"
    batch = alone.post(BATCHES, body, CSV).json()
    assert (batch["rows"], batch["outcomes"]["refused"]) == (3, 1)
    (line,) = alone.get(f"{batch['results_url']}?outcome=refused").body.splitlines()
    assert (json.loads(line)["row"], json.loads(line)["code"]) == (2, code)
    for sent, content_type in ((body, CSV), (part(data=body) + END, FORM)):
        found = alone.post(PREVIEW, sent, content_type).json()
        assert (found["rows_read"], found["rows_refused"]) == (3, 1)
        assert [one.get("code") for one in found["rows"]] == [None, code, None]


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
@pytest.mark.usefixtures("nothing_kept")
def test_preview_shows_a_line_that_is_wrong_beside_the_others(alone: ImporterAlone, line: bytes, code: str) -> None:
    good = json.dumps({"id": 7, "payload": "x"}).encode()
    found = alone.post(PREVIEW, b"\n".join((good, line, good)), NDJSON).json()
    assert [one.get("code") for one in found["rows"]] == [None, code, None]


TAKEN = {
    "bare-cr": (b"id,payload\r1,a\r2,b\r", "utf-8", 2),
    "windows-1251": ("id;payload\r\n1;Книга\r\n".encode("cp1251"), "windows-1251", 1),
    "20-utf-16": ("id,payload\n1,a\n".encode("utf-16"), "utf-16le", 1),
    "20-utf-16-without-mark": ("id,payload\n1,a\n".encode("utf-16-be"), "utf-16be", 1),
    "two-byte-order-marks": (b"\xef\xbb\xbf\xef\xbb\xbfid,payload\n1,a\n", "utf-8", 1),
    "header-twice": (b"id,payload\nid,payload\n", "utf-8", 1),
    "39-formulas": (b"id,payload\n1,=1+1\n2,@x\n3,+7\n4,-1\n", "utf-8", 4),
    "37-turned-text": ("id,payload\n1,\u202ecba\u200b\n".encode(), "utf-8", 1),
    "mark-inside": ("id,payload\n1,\ufeffa\n".encode(), "utf-8", 1),
}


@pytest.mark.parametrize(("body", "encoding", "rows"), TAKEN.values(), ids=TAKEN)
def test_table_that_is_only_odd_is_taken_and_described(
    alone: ImporterAlone, body: bytes, encoding: str, rows: int
) -> None:
    batch = alone.post(BATCHES, body, CSV).json()
    assert (batch["input"]["encoding"], batch["rows"], batch["outcomes"]["refused"]) == (encoding, rows, 0)
    found = alone.post(PREVIEW, body, CSV).json()
    assert (found["input"]["encoding"], found["rows_read"], found["rows_refused"]) == (encoding, rows, 0)


SAME = {
    CSV: "id;payload\n1;Книги о птицах\n",
    NDJSON: '{"id": "1", "payload": "Книги о птицах"}\n',
    JSON: '{"records": [{"id": "1", "payload": "Книги о птицах"}]}',
}
READ_AS = {
    "detected": ("koi8-r", "", "", "detected"),
    "declared": ("cp866", "; charset=IBM866", "", "declared"),
    "asked": ("mac-cyrillic", "; charset=koi8-r", "?encoding=mac-cyrillic", "declared"),
}


@pytest.mark.parametrize(("encoding", "charset", "query", "source"), READ_AS.values(), ids=READ_AS)
@pytest.mark.parametrize("content_type", SAME)
def test_text_is_read_in_its_encoding_in_every_format(
    alone: ImporterAlone, content_type: str, encoding: str, charset: str, query: str, source: str
) -> None:
    batch = alone.post(BATCHES + query, SAME[content_type].encode(encoding), content_type + charset).json()
    assert (batch["input"]["encoding"], batch["input"]["encoding_source"]) == (encoding, source)
    assert (batch["rows"], batch["outcomes"]["refused"]) == (1, 0)


@pytest.mark.parametrize("content_type", SAME)
@pytest.mark.usefixtures("nothing_kept")
def test_text_that_is_not_in_its_encoding_is_refused_with_the_place_in_every_format(
    alone: ImporterAlone, content_type: str
) -> None:
    body = SAME[content_type].encode()
    damaged = body.replace("птицах".encode(), "птицах".encode()[:-1])
    for sent, declared in ((damaged, ""), (b"\xe9" + body, "; charset=utf-8")):
        answer = alone.post(BATCHES, sent, content_type + declared)
        assert_refused(answer, 400, "wrong_encoding")
        assert "on line " in answer.json()["detail"]
    accents = alone.post(BATCHES, SAME[content_type].replace("Книги о птицах", "Café").encode("cp1252"), content_type)
    assert_refused(accents, 400, "ambiguous_encoding")
    shown = {error["pointer"]: error["detail"] for error in accents.json()["errors"]}
    assert "Café" in shown["?encoding=windows-1252"]
    assert "Cafй" in shown["?encoding=windows-1251"]
