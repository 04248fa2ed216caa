"""What a sender says of a file, as query parameters."""

import time

import pytest
from flask import Flask

from importer.batches.file_options import MAX_COLUMNS, file_options
from stackroom_kit.problems import Problem


def fields() -> list[str]:
    return ["id", "name"]


@pytest.mark.parametrize("columns", [" " * MAX_COLUMNS, "a" + " " * (MAX_COLUMNS - 1), ": " * (MAX_COLUMNS // 2)])
def test_columns_that_are_none_are_refused_at_once(columns: str) -> None:
    started = time.process_time()
    with Flask("importer").test_request_context(query_string={"columns": columns}), pytest.raises(Problem) as refused:
        file_options(fields)
    assert (refused.value.status, refused.value.code) == (400, "bad_columns")
    assert time.process_time() - started < 5


def test_spaces_around_a_head_and_a_field_count_for_nothing() -> None:
    with Flask("importer").test_request_context(query_string={"columns": "  The key : id ,Name, old: name"}):
        assert file_options(fields).table.fields == {"The key": "id", "Name, old": "name"}
