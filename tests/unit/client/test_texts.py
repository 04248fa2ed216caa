"""Tables and numbers on a terminal."""

import pytest

from stackroom_client.texts import duration, one_line, pace, size, table


def test_table_sets_numbers_to_the_right_and_counts_wide_letters_twice() -> None:
    drawn = table(("name", "rows"), [("Группа", 1000), ("目録", None), ("e\u0301", 7)])
    assert drawn.splitlines() == ["name     rows", "Группа  1,000", "目録        -", "e\u0301           7"]


def test_table_without_lines_has_its_heads() -> None:
    assert table(("batch", "state"), []) == "batch  state"


def test_table_shortens_long_cells() -> None:
    assert table(("reason",), [("x" * 500,)]).splitlines()[1] == "x" * 59 + "…"


@pytest.mark.parametrize(
    ("per_second", "expected"),
    [
        (0.0, "0 records/h"), (0.001, "3.6 records/h"), (0.04, "2.4 records/min"), (0.5, "30 records/min"),
        (7.0, "7 records/s"), (12345.6, "12,346 records/s"),
    ],
)  # fmt: skip
def test_pace_is_in_a_unit_that_people_can_picture(per_second: float, expected: str) -> None:
    assert pace(per_second) == expected


@pytest.mark.parametrize("text", ["\x1b[2J", "a\nb", "\x07", "\u202e", "\ud800"])
def test_one_line_keeps_a_terminal_from_obeying_what_is_shown(text: str) -> None:
    assert one_line(text).isprintable()


@pytest.mark.parametrize(
    ("count", "expected"),
    [(0, "0 bytes"), (999, "999 bytes"), (1500, "1.5 kB"), (2.5e6, "2.5 MB"), (3e12, "3000.0 GB")],
)
def test_size_is_in_decimal_units(count: float, expected: str) -> None:
    assert size(count) == expected


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0.44, "0.4 s"), (12, "12 s"), (200, "3 min 20 s"), (7500, "2 h 5 min"), (59.7, "1 min 0 s")],
)
def test_duration_is_short(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected
