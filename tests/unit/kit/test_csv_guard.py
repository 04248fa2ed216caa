"""The guard against formulas: no program finds one, and every text comes back as it was."""

import csv
import io
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stackroom_kit.csv import DELIMITERS, csv_lines, guarded, unguarded

FORMULA = re.compile("[\t\r\n\0 ]*[=+\\-@\uff0b\uff0d\uff1d\uff20]")
ODD = "'=+-@\"\t\r\n,;| xж\uff1d\0"
EXAMPLES = settings(max_examples=200, database=None, derandomize=True, deadline=None)
TEXTS = st.one_of(st.text(ODD, max_size=12), st.text(max_size=30))


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("", ""),
        ("plain", "plain"),
        ("a=b", "a=b"),
        ("a, -b", "a, -b"),
        ("=1+1", "'=1+1"),
        ("+7 495", "'+7 495"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\uff1d1", "'\uff1d1"),
        ("\n=1", "'\n'=1"),
        ("\rx", "'\rx"),
        ("\tx", "'\tx"),
        ("'", "''"),
        ("'abc", "''abc"),
        ("'=x", "''=x"),
        ("y;=2+5", "y;'=2+5"),
        ("y,-2", "y,'-2"),
        ("y|+2", "y|'+2"),
        ("y\t@2", "y\t'@2"),
        ("y\n=2", "y\n'=2"),
        ("y\r\n=2", "y\r\n'=2"),
        ("a\r\n\r\nb", "a\r\n\r\nb"),
        ('y;"=2', "y;\"'=2"),
        ("y;'=2", "y;''=2"),
        ("y;'2", "y;'2"),
    ],
)
def test_guard_stands_before_each_place_where_a_formula_could_begin(text: str, cell: str) -> None:
    assert guarded(text) == cell
    assert unguarded(cell) == text


@pytest.mark.parametrize("cell", ["'abc", "'", "abc'", "=x", "y;=2", "it's", "'5", "a''b"])
def test_cell_that_the_guard_never_writes_is_a_text_like_any_other(cell: str) -> None:
    assert unguarded(cell) == cell


@given(TEXTS)
@EXAMPLES
def test_every_text_comes_back_from_its_cell(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(st.lists(TEXTS, min_size=1, max_size=3), st.sampled_from(DELIMITERS))
@EXAMPLES
def test_program_of_any_language_finds_no_formula(texts: list[str], delimiter: str) -> None:
    line = csv_lines([[1, *map(guarded, texts)]], delimiter).replace("\0", "")
    for other in DELIMITERS:
        cells = [cell for row in csv.reader(io.StringIO(line, newline=""), delimiter=other) for cell in row]
        assert [cell for cell in cells if FORMULA.match(cell) and not cell.startswith(" ")] == []


@given(st.lists(TEXTS, min_size=1, max_size=3), st.sampled_from(DELIMITERS))
@EXAMPLES
def test_lines_are_read_as_they_were_written(texts: list[str], delimiter: str) -> None:
    texts = [text.replace("\0", "") for text in texts]
    line = csv_lines([[1, *map(guarded, texts)]], delimiter)
    (cells,) = csv.reader(io.StringIO(line, newline=""), delimiter=delimiter, strict=True)
    assert list(map(unguarded, cells)) == ["1", *texts]
