"""Cells become values as the people and programs mean them that write files; what is in doubt is refused."""

from typing import Any

import pytest

from stackroom_kit.schema import Schema

SCHEMA = Schema.of_json(
    {
        "type": "object",
        "properties": {
            "whole": {"type": "integer"},
            "number": {"type": ["number", "null"]},
            "text": {"type": "string"},
            "note": {"type": ["string", "null"]},
            "either": {"type": ["integer", "string"]},
            "kind": {"type": ["string", "null"], "enum": ["a", "b", None]},
            "truth": {"type": ["boolean", "null"]},
            "day": {"type": ["string", "null"], "format": "date"},
            "at": {"type": "string", "format": "date-time"},
            "price": {"type": "string", "format": "decimal"},
            "more": {"type": ["object", "null"]},
            "words": {"type": "array"},
        },
    }
)
READ: list[tuple[str, str, Any]] = [
    *(("whole", cell, 1) for cell in ("1", " 1 ", "01", "+1", "1.0", "1,0", "1,00")),
    *(("whole", cell, 1000) for cell in ("1000", "1 000", "1\xa0000", "1\u202f000,0", "1000.00")),
    ("whole", "-5", -5),
    ("whole", "9" * 30, int("9" * 30)),
    ("number", "", None),
    ("number", " ", None),
    ("number", "1,5", 1.5),
    ("number", "-1.25", -1.25),
    ("number", "1 234,5", 1234.5),
    ("number", "1,234.0", ValueError),
    ("number", "1e-3", 0.001),
    ("number", "1,234", ValueError),
    ("number", "inf", ValueError),
    ("number", "nan", ValueError),
    ("number", "1_0", ValueError),
    *(("whole", cell, ValueError) for cell in ("", " ", "1,000", "1.5", "x", "1_0", "１", "1 00", "--1", "9" * 5000)),
    ("text", "", ""),
    ("text", " a ", " a "),
    ("note", "", None),
    ("note", " ", " "),
    ("either", "7", "7"),
    ("kind", "", None),
    ("kind", "c", "c"),
    *(("truth", cell, True) for cell in ("true", "TRUE", "1", "yes", "Да", "ИСТИНА", "+")),
    *(("truth", cell, False) for cell in ("false", "0", "No", "нет", "ложь", "-")),
    ("truth", "", None),
    ("truth", "2", ValueError),
    ("day", "2026-01-02", "2026-01-02"),
    ("day", "02.01.2026", "2026-01-02"),
    ("day", "2.1.2026", "2026-01-02"),
    ("day", "2026-01-02 00:00:00", "2026-01-02"),
    ("day", "2026-01-02T00:00", "2026-01-02"),
    ("day", "31.02.2026", ValueError),
    ("day", "01/02/2026", "01/02/2026"),
    ("day", "", None),
    ("at", " 2026-01-02 10:00:00+03:00", "2026-01-02 10:00:00+03:00"),
    ("at", "", ValueError),
    ("price", "12,50", "12.50"),
    ("price", "12.50", "12.50"),
    ("price", "+1", "1"),
    ("price", "1 000", "1000"),
    ("price", "12,500", ValueError),
    ("price", "1e3", ValueError),
    ("more", '{"a": [1]}', {"a": [1]}),
    ("more", "[1]", ValueError),
    ("more", "", None),
    ("words", "[1]", [1]),
    ("words", "[1", ValueError),
]


@pytest.mark.parametrize(("name", "cell", "value"), READ)
def test_cell_is_read_as_it_is_meant(name: str, cell: str, value: Any) -> None:
    if value is ValueError:
        with pytest.raises(ValueError, match=f"^`{name}`.* is (?:no .*|empty)\\.$"):
            SCHEMA.cell(name, cell)
    else:
        read = SCHEMA.cell(name, cell)
        assert (read, type(read)) == (value, type(value))
        assert SCHEMA.reader(name)(cell) == value
