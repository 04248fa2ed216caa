"""Words and numbers for a terminal; what came from elsewhere cannot steer it."""

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

LONGEST_CELL = 60
PACES = (("s", 1), ("min", 60), ("h", 3600))


def one_line(value: Any, longest: int = 200) -> str:
    """The value as one line of printable characters: a stored text could hold what a terminal obeys."""
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(value)[: longest + 1])
    return text if len(text) <= longest else text[: longest - 1] + "…"


def number(value: float) -> str:
    return f"{value:,.0f}"


def pace(per_second: float) -> str:
    """In the unit in which it is one or more: of long videos a second sees a thousandth."""
    unit, seconds = next((one for one in PACES if per_second * one[1] >= 1), PACES[-1])
    value = per_second * seconds
    return f"{value:.3g} records/{unit}" if value < 10 else f"{number(value)} records/{unit}"


def rows(count: int) -> str:
    return "1 row" if count == 1 else f"{number(count)} rows"


def size(count: float) -> str:
    """Bytes in decimal units, as disks and networks count them."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def duration(seconds: float) -> str:
    """``0.4 s``, ``12 s``, ``3 min 20 s``, ``2 h 5 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _width(text: str) -> int:
    """Columns of a terminal: wide characters take two, combining marks none."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(unicodedata.combining(char) > 0 for char in text)


def table(heads: Sequence[str], lines: Iterable[Sequence[Any]]) -> str:
    """Columns two spaces apart; numbers stand to the right. The last column is as long as it must be."""
    values = [list(line) for line in lines]
    texts = [list(heads), *([_cell(value) for value in line] for line in values)]
    right = [bool(values) and all(_is_number(line[index]) for line in values) for index in range(len(heads))]
    widths = [max(_width(line[index]) for line in texts) for index in range(len(heads))]
    return "\n".join(_padded(line, widths, right) for line in texts)


def _padded(line: Sequence[str], widths: Sequence[int], right: Sequence[bool]) -> str:
    cells = []
    for text, width, is_right in zip(line, widths, right, strict=True):
        fill = " " * (width - _width(text))
        cells.append(fill + text if is_right else text + fill)
    return "  ".join(cells).rstrip()


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, (int, float)) and not isinstance(value, bool))


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return number(value) if isinstance(value, (int, float)) else one_line(value, LONGEST_CELL)
