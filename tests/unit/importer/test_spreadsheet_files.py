"""Tables as spreadsheets and people write them: lenient where nothing can be lost, and told where it was."""

import codecs
import io
from typing import Any

import pytest

from importer.batches.likely_operation import likely_operation
from importer.parsing.containers import refuse_empty
from importer.parsing.csv_heads import TableOptions, comparable, heads_of
from importer.parsing.formats import CSV, JSON, NDJSON
from importer.parsing.refusal import Refusal
from stackroom_jobs.records import Record
from stackroom_kit.problems import Problem
from tests.support.importer.resources import group_row, type_row
from tests.support.importer.spreadsheet_tables import ALL, OPERATIONS, read, rows_of, spooled, told_of


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("line", ["sep={}", '"sep={}"', "SEP={}", "\ufeffsep={}"])
def test_separator_line_sets_the_delimiter_and_is_told(delimiter: str, line: str) -> None:
    """The name has every other delimiter in it, so looking at the heads alone would not do."""
    body = f"{line.format(delimiter)}\r\nname{delimiter}id\r\na{delimiter}7\r\n"
    rows = rows_of(body)
    assert [(block.items, list(block.lines)) for block in rows.blocks] == [([group_row(7, "a")], [3])]
    assert (rows.input["delimiter"], rows.input["passed_over"]) == (delimiter, {"separator_lines": 1})


def test_separator_line_counts_before_what_the_heads_look_like() -> None:
    with pytest.raises(Problem) as raised:
        read("sep=;\nid,name\n1,a\n")
    assert raised.value.code == "unknown_column"
    assert "'id,name'" in raised.value.detail


def test_columns_without_head_and_cells_are_passed_over_and_told() -> None:
    rows = rows_of("id;name;comment;;;\n1;a;b;;;\n2;c;;; ;\n3;d;;;;\n4;e;f\n")
    assert [item for block in rows.blocks for item in block.items] == [
        group_row(1, "a", "b"), group_row(2, "c", None), group_row(3, "d", None), group_row(4, "e", "f"),
    ]  # fmt: skip
    assert rows.input["columns"] == ["id", "name", "comment"]
    assert rows.input["passed_over"] == {"columns": 3}


def test_columns_without_head_may_stand_before_and_between_others() -> None:
    assert read(";id;;name\n;1;;a\n") == [group_row(1, "a")]


def test_cell_under_an_empty_head_costs_its_row_and_is_named() -> None:
    first, second, third = read("id;name;;\n1;a;;\n2;b;;lost\xa0me\n3;c;;\n")
    assert (first, third) == (group_row(1, "a"), group_row(3, "c"))
    assert (second.code, second.raw) == ("unnamed_column", b'{"id":"2","name":"b"}')
    assert second.detail == "The first line names no column 4, and here 'lost me' stands in it."


@pytest.mark.parametrize("row", ["1;a;", "1;a;;", "1"])
def test_row_of_other_cells_than_heads_is_refused_still(row: str) -> None:
    (refusal,) = read(f"id;name\n{row}\n")
    assert refusal.code == "wrong_cells"


def test_rows_of_delimiters_alone_are_no_rows_and_are_told() -> None:
    body = ";;\nid;name;comment\n1;a;b\n;;\n \t; \xa0 ;\u2003\n\n2;c;d\n;;\n;;\n"
    rows = rows_of(body)
    (block,) = rows.blocks
    assert (block.items, block.lines) == ([group_row(1, "a", "b"), group_row(2, "c", "d")], [3, 7])
    assert rows.input["passed_over"] == {"rows": 5}


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_lines_count_cells_of_many_lines_blank_lines_and_what_is_passed_over(line_end: str) -> None:
    lines = ["sep=;", "", "id;name", '1;"a', 'b"', "", "2;c", ";", "x;d", "3;e"]
    rows = rows_of(line_end.join(lines) + line_end)
    (block,) = rows.blocks
    assert block.lines == [4, 7, 9, 10]
    assert [type(item) is Refusal for item in block.items] == [False, False, True, False]


def test_later_row_of_an_id_is_refused_with_the_line_of_the_first() -> None:
    *_, refusal = read("id;name\n\n1;a\n1;b\n")
    assert (refusal.code, refusal.detail) == ("duplicate_of", "Row 1 (line 3) has the same id.")


@pytest.mark.parametrize(
    ("cell", "number"),
    [("1,0", 1), ("1,00", 1), ("1.0", 1), ("1 000", 1000), ("1\xa0000", 1000), ("1\u202f000", 1000),
     ("12\u2009345", 12345), ("1 000 000", 1_000_000), ("-1 000,0", -1000), (" 1\xa0000 ", 1000), ("+7,0", 7)],
)  # fmt: skip
def test_number_is_read_as_spreadsheets_show_it(cell: str, number: int) -> None:
    assert read(f"id;name\n{cell};a\n") == [group_row(number, "a")]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [("1\xa000", "1 00"), ("1\xa0000 00", "1 000 00"), ("1,5", "1,5"), ("1,000", "1,000"), ("1 0000", "1 0000"),
     ("a\xa0b", "a b"), ("1\u200b0", "1\ufffd0"), ("1000 000", "1000 000"), ("x'y", "x'y")],
)  # fmt: skip
def test_what_is_no_number_is_refused_in_words_that_can_be_read(cell: str, shown: str) -> None:
    (refusal,) = read(f"id;name\n{cell};a\n")
    assert (refusal.code, refusal.detail) == ("wrong_type", f"`id`: '{shown}' is no whole number.")


@pytest.mark.parametrize(
    "body",
    [
        '"id", "name"\n"1", "a, b"\n',
        '"id" , "name"\n"1" , "a, b"\n',
        ' "id","name" \n1,"a, b" \n',
        'id, name\n1, "a, b"\n',
        '"id" | "name"\n"1" | "a, b"\n',
        'id|name\n1|a, b\n',
    ],
)  # fmt: skip
def test_spaces_beside_quotes_belong_to_no_cell(body: str) -> None:
    assert read(body) == [group_row(1, "a, b")]


def test_spaces_stay_where_the_heads_have_none() -> None:
    assert read('id,payload\n1,  a \n2," b "\n', "normalize_record") == [Record("1", "  a "), Record("2", " b ")]


def test_quoted_text_keeps_spaces_behind_its_own_quotes() -> None:
    body = '"id", "payload"\n"1", "x ""y"" , z"\n"2", " , "\n"3", """ ,"\n'
    assert read(body, "normalize_record") == [Record("1", 'x "y" , z'), Record("2", " , "), Record("3", '" ,')]


HEADS = {
    "load_groups": ("Код;Название;Комментарий", {"id": "Код", "name": "Название", "comment": "Комментарий"}),
    "load_types": ("№;Имя файла;Комментарии;Группа", {"id": "№", "group": "Группа"}),
    "normalize_record": ("ID;Текст", {"id": "ID", "payload": "Текст"}),
    "process_video": ("Номер;Видео", {"id": "Номер", "payload": "Видео"}),
}


@pytest.mark.parametrize("operation", HEADS)
def test_heads_in_russian_name_the_fields_of_the_operation_and_find_it(operation: str) -> None:
    line, _ = HEADS[operation]
    row = ";".join("1" for _ in line.split(";"))
    assert likely_operation(ALL, CSV, spooled(f"{line}\n{row}\n"), 1000).name == operation
    assert not [item for item in read(f"{line}\n{row}\n", operation) if type(item) is Refusal]


@pytest.mark.parametrize("head", ["КОД", " код ", "Код:", "ID", "№", "No.", "Код\xa0", "«id»"[1:3]])
def test_heads_are_compared_as_people_see_them(head: str) -> None:
    assert read(f"{head};Имя\n7;a\n") == [group_row(7, "a")]


def test_heads_that_were_understood_are_told() -> None:
    found = told_of(rows_of("Код;name\n1;a\n"))
    assert (found["columns"], found["heads"]) == (["id", "name"], {"Код": "id"})


def test_type_finds_its_group_by_words() -> None:
    assert read("Код;Имя файла;Группа\n1;a.txt;Карты\n", "load_types") == [type_row(1, "a.txt", group="Карты")]


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_word_means_two_fields_and_no_field_is_hidden(operation: str) -> None:
    fields = OPERATIONS[operation].record.__struct_fields__
    heads = heads_of(OPERATIONS[operation])
    assert all(heads[comparable(field)] == field for field in fields)


def test_two_columns_of_one_field_are_named() -> None:
    with pytest.raises(Problem) as raised:
        read("id;Код;name\n1;2;a\n")
    assert raised.value.code == "repeated_column"
    assert "'id' and 'Код' both mean id" in raised.value.detail


def test_told_columns_are_the_fields_that_the_sender_says() -> None:
    body = "Шифр;Код;Полка\n7;x;a\n"
    with pytest.raises(Problem, match="'Шифр'"):
        read(body)
    told = {"Шифр": "id", "Код": "name", "Полка": "comment"}
    assert read(body, fields=told) == [group_row(7, "x", "a")]
    assert likely_operation(ALL, CSV, spooled(body), 1000, TableOptions(fields=told)).name == "load_groups"


def test_told_column_that_is_not_there_is_named() -> None:
    with pytest.raises(Problem) as raised:
        read("id;name\n1;a\n", fields={"Шифр": "id"})
    assert (raised.value.code, raised.value.errors[0].pointer) == ("unknown_column", "?columns")
    assert "'Шифр'" in raised.value.detail


def test_told_delimiter_counts_before_all_others() -> None:
    assert read("sep=;\nid|name\n1|a;b\n", delimiter="|") == [group_row(1, "a;b")]


def read_for_the_likely(body: str) -> list[Any]:
    return read(body, likely_operation(ALL, CSV, spooled(body), 1000).name)


@pytest.mark.parametrize(
    ("heads", "said"),
    [
        ("id;name;colour", "known to load_groups: id, name, comment."),
        ("id;file_name;shelf", "known to load_types: id, file_name, comments, group_id, group."),
        ("colour;shelf", "load_types: id, file_name, comments, group_id, group."),
    ],
)
def test_refusal_lists_the_fields_of_the_nearest_operation(heads: str, said: str) -> None:
    with pytest.raises(Problem) as raised:
        read_for_the_likely(f"{heads}\n1;a;b\n")
    assert raised.value.code == "unknown_column"
    assert said in raised.value.detail


def test_results_have_no_words_but_their_own() -> None:
    with pytest.raises(Problem) as raised:
        read("row;outcome;Код;name\n1;failed;7;a\n")
    assert raised.value.code == "unknown_column"


@pytest.mark.parametrize(
    "body", [b"", b"\n\r\n \n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF8 + b"\n\n", b" " * 300_000]
)
def test_empty_file_is_called_empty(body: bytes) -> None:
    with pytest.raises(Problem) as raised:
        refuse_empty(io.BytesIO(body))
    assert (raised.value.status, raised.value.code) == (422, "empty_batch")


@pytest.mark.parametrize("body", [b"a", b" " * 300_000 + b"a", codecs.BOM_UTF8 + b"a", b"{}"])
def test_file_that_holds_anything_is_left_at_its_start(body: bytes) -> None:
    file = io.BytesIO(body)
    refuse_empty(file)
    assert file.tell() == 0


@pytest.mark.parametrize("body", [";;;\n;;\n", "sep=;\n", "sep=;\n;;\n"])
def test_table_of_delimiters_alone_is_called_empty(body: str) -> None:
    with pytest.raises(Problem) as raised:
        rows_of(body)
    assert (raised.value.status, raised.value.code) == (422, "empty_batch")


@pytest.mark.parametrize("media_type", [NDJSON, JSON])
def test_other_forms_have_no_options_of_tables_to_mind(media_type: str) -> None:
    body = '{"records":[{"id":1,"name":"a"}]}' if media_type == JSON else '{"id":1,"name":"a"}'
    rows = rows_of(body, media_type=media_type)
    assert [item for block in rows.blocks for item in block.items] == [group_row(1, "a")]
    assert "passed_over" not in rows.input
