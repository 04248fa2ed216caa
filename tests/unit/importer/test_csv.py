"""CSV: encoding, delimiter and columns are found by looking; a bad row costs itself only."""

import codecs
import io
import json
import tracemalloc

import pytest

from importer.parsing.checker import RecordChecker
from importer.parsing.formats import CSV, JSON, NDJSON, open_rows
from importer.parsing.refusal import Refusal
from importer.parsing.spool import Spooled
from stackroom_jobs.records import Record
from stackroom_kit.csv import csv_lines
from stackroom_kit.problems import Problem
from tests.support.importer.resources import GROUPS, TYPES, group_row, type_row
from tests.support.importer.tables import NORMALIZE, read, shape_of_table


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("encoding", "start"), [("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("cp1251", b"")], ids=["utf-8", "bom", "cp1251"]
)
@pytest.mark.parametrize("line_break", ["\n", "\r\n"])
def test_csv_is_read_whatever_spreadsheet_wrote_it(
    delimiter: str, encoding: str, start: bytes, line_break: str
) -> None:
    lines = ["id;payload", "1;Книга", '2;"a;b ""c"""', '3;"две\nстроки"', ""]
    text = line_break.join(lines).replace("a;b", "a_b").replace(";", delimiter).replace("a_b", f"a{delimiter}b")
    body = start + text.encode(encoding)
    assert read(body) == [
        Record("1", "Книга"), Record("2", f'a{delimiter}b "c"'), Record("3", "две\nстроки"),
    ]  # fmt: skip
    shape = shape_of_table(body)
    assert (shape.delimiter, shape.columns) == (delimiter, ("id", "payload"))


def test_csv_keeps_rows_in_order_over_many_blocks() -> None:
    body = b"payload,id\n" + b"".join(b"x%d,%d\n" % (row, row) for row in range(3500))
    assert read(body) == [Record(str(row), f"x{row}") for row in range(3500)]


def test_csv_turns_texts_into_what_the_fields_are() -> None:
    rows = read(b"id,name,comment\n7,null,\n8,,x\n9.5,a,b\n99999999999,a,b\n,a,b\n", GROUPS)
    assert rows[:2] == [group_row(7, "null", None), group_row(8, None, "x")]
    assert [(item.code, item.field) for item in rows[2:]] == [
        ("wrong_type", "id"), ("wrong_value", "id"), ("missing_field", "id"),
    ]  # fmt: skip


@pytest.mark.parametrize("cell", ["7", " 7", "7 ", "\t7\xa0", "007", "+7", "7.0", "-0"])
def test_csv_takes_a_whole_number_as_spreadsheets_and_people_write_it(cell: str) -> None:
    assert read(f"id;name\n{cell};a\n".encode(), GROUPS) == [group_row(int(float(cell)), "a")]


@pytest.mark.parametrize(
    "cell", ["seven", "7.5", "1e3", "1.2E+09", "1_000", "1 00", "1,000", "0x7", "\uff17", "--7", "", " "]
)
def test_csv_refuses_a_number_in_words_that_name_it(cell: str) -> None:
    (refusal,) = read(f"id;name\n{cell};a\n".encode(), GROUPS)
    code, detail = ("wrong_type", f"`id`: {cell!r} is no whole number.") if cell.strip() else ("missing_field", "`id`")
    assert (refusal.code, refusal.field) == (code, "id")
    assert detail in refusal.detail


def test_csv_without_a_column_leaves_the_field_out() -> None:
    assert read(b"ID , Name\n1,a\n", GROUPS) == [group_row(1, "a")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (b"1", "wrong_cells"),
        (b"1,a,b", "wrong_cells"),
        (b",a", "wrong_value"),
        (b"1," + b"x" * 1000, "record_too_long"),
        (b"1,a\0b", "nul_character"),
    ],
)
def test_csv_refuses_only_the_bad_row(row: bytes, code: str) -> None:
    first, bad, last = read(b"id,payload\n1,a\n" + row + b"\n\n3,c\n")
    assert (first, last) == (Record("1", "a"), Record("3", "c"))
    assert isinstance(bad, Refusal)
    assert bad.code == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"1,a\n2,b\n", "unknown_column"),
        (b"id\n1\n", "missing_column"),
        (b"id,payload,payload\n1,a,b\n", "repeated_column"),
        (b"id,payload,price\n1,a,b\n", "unknown_column"),
        (b'id,payload\n1,"a\n2,b\n', "invalid_csv"),
        (b'id,payload\n1,"a"b\n', "invalid_csv"),
        (b"id,payload\n1,\x98\n", "ambiguous_encoding"),
        (b"id,payload" + b"," * 1_000_000 + b"\n", "unknown_column"),
        (b"\x98\n", "ambiguous_encoding"),
    ],
)
def test_csv_that_is_wrong_as_a_whole_is_a_problem(body: bytes, code: str) -> None:
    with pytest.raises(Problem) as raised:
        read(body)
    assert (raised.value.status, raised.value.code) == (400, code)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (
            b"7;Maps",
            (
                "There is no column '7', and the first line must name the columns; "
                "known to load_groups: id, name, comment."
            ),
        ),
        (
            b"name",
            "load_groups knows id, name, comment. The first line must name the columns; missing: id.",
        ),
    ],
)
def test_csv_says_what_is_wrong_with_its_first_line(header: bytes, words: str) -> None:
    with pytest.raises(Problem) as raised:
        read(header + b"\n1;a;\n", GROUPS)
    assert raised.value.detail == words


@pytest.mark.parametrize(
    ("cell", "text", "unguarded"),
    [
        ("'abc", "'abc", 0),
        ("'", "'", 0),
        ("it's", "it's", 0),
        ("'=x", "=x", 1),
        ("''=x", "'=x", 1),
        ("y;'=2", "y;=2", 1),
    ],
)
def test_csv_cell_is_a_text_as_it_stands_unless_it_has_a_guard(cell: str, text: str, unguarded: int) -> None:
    body = f"id,payload\n1,{cell}\n2,x\n".encode()
    spooled = Spooled(io.BytesIO(body), len(body), 3, "")
    rows = open_rows(CSV, spooled, NORMALIZE, RecordChecker(Record, 1000))
    assert [item for block in rows.blocks for item in block.items] == [Record("1", text), Record("2", "x")]
    assert rows.input.get("unguarded_cells", 0) == unguarded


@pytest.mark.parametrize("media_type", [CSV, NDJSON, JSON])
def test_type_as_the_catalog_shows_it_is_taken_without_what_is_only_shown(media_type: str) -> None:
    shown = {"id": 1, "file_name": "epub", "comments": None, "group_id": 2, "group_name": "text"}
    body = {
        CSV: csv_lines([list(shown), list(shown.values())]).encode(),
        NDJSON: json.dumps(shown).encode(),
        JSON: json.dumps({"records": [shown]}).encode(),
    }[media_type]
    spooled = Spooled(io.BytesIO(body), len(body), 2, "")
    checker = RecordChecker(TYPES.record, 1000)
    rows = open_rows(media_type, spooled, TYPES, checker)
    assert [item for block in rows.blocks for item in block.items] == [type_row(1, "epub", None, 2)]
    assert rows.input["passed_over"] == {"fields": ["group_name"]}


def test_csv_with_bare_cr_line_ends_is_read() -> None:
    assert read(b"id,payload\r1,a\r2,b\r") == [Record("1", "a"), Record("2", "b")]


def test_csv_takes_a_byte_order_mark_inside_for_text_and_a_second_header_for_a_row() -> None:
    body = "id,payload\n1,\ufeffa\nid,payload\n".encode()
    assert read(body) == [Record("1", "\ufeffa"), Record("id", "payload")]
    (refused,) = read(b"id,name\nid,name\n", GROUPS)
    assert (refused.code, refused.field) == ("wrong_type", "id")


@pytest.mark.parametrize(
    "start",
    [
        b'2,"open',
        b"2," + b"x" * 5_000_000,
        b"2," + b'"x\n",' * 500_000,
        b"2" + b"," * 3_000_000,
        b'2,"' + b"\n" * 3_000_000,
    ],
    ids=["unclosed", "long", "many cells", "many columns", "many lines"],
)
def test_csv_row_without_end_is_refused_with_its_line_in_little_memory(start: bytes) -> None:
    body = b'id,payload\n1,"a\nb"\n' + start + b"\n3,c" * 500_000
    tracemalloc.start()
    try:
        with pytest.raises(Problem) as raised:
            read(body)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (raised.value.status, raised.value.code) == (413, "csv_row_too_long")
    assert "line 4 " in raised.value.detail
    assert peak < 20_000_000


def test_csv_with_a_broken_quote_says_on_which_line_its_row_begins() -> None:
    with pytest.raises(Problem) as raised:
        read(b'id,payload\n1,a\n\n2,"b\nc"d\n3,e\n')
    assert "line 4 " in raised.value.detail
