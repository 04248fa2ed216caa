"""What is said of a file that the server has read."""

from typing import Any

import pytest

from stackroom_client.preview import detected, warnings

CSV: dict[str, Any] = {"format": "csv", "encoding": "utf-8", "encoding_source": "valid", "delimiter": ";"}


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({**CSV, "columns": ["id", "name"]}, "CSV in utf-8, delimiter ';', columns id, name"),
        (
            {**CSV, "columns": ["id", "name"], "heads": {"Код": "id"}},
            "CSV in utf-8, delimiter ';', columns Код as id, name",
        ),
        ({"format": "ndjson", "encoding": "utf-8", "byte_order_mark": True}, "NDJSON in utf-8 with byte order mark"),
        ({"format": "csv", "encoding": "koi8-r", "encoding_source": "detected"}, "CSV in koi8-r (guessed)"),
        ({**CSV, "columns": ["a\x1b[2J"]}, "CSV in utf-8, delimiter ';', columns a�[2J"),
        ({}, ""),
        (None, ""),
    ],
)
def test_file_is_described_in_one_line(found: Any, expected: str) -> None:
    assert detected({"input": found}) == expected


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (CSV, []),
        ({}, []),
        (None, []),
        (
            {"encoding_source": "detected"},
            ["the encoding is a guess; if texts look wrong, say which it is with --encoding"],
        ),
        (
            {"passed_over": {"separator_lines": 1, "columns": 2, "fields": ["name"]}},
            ["passed over: the line that names the delimiter, 2 empty columns, the field name, which is only shown"],
        ),
        ({"passed_over": {"rows": 1}}, ["passed over: 1 empty row"]),
        ({"passed_over": {"rows": 0}}, []),
        (
            {"unguarded_cells": 1200},
            ["taken away: the ' before what a spreadsheet would take for a formula, 1,200 times"],
        ),
    ],
)
def test_what_may_be_wrong_or_is_in_no_record_is_a_warning(found: Any, expected: list[str]) -> None:
    assert warnings({"input": found}) == expected
