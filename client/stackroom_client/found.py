"""What the server found in a file, by the ``input`` of its answer, for people."""

from collections.abc import Iterator
from typing import Any

from stackroom_client.texts import number, one_line


def detected(raw: dict[str, Any]) -> str:
    """As in ``CSV in windows-1251 (guessed), delimiter ';', columns Код as id, name``."""
    found = _input(raw)
    parts = [str(found.get("format", "")).upper()]
    if found.get("encoding"):
        mark = " with byte order mark" if found.get("byte_order_mark") else ""
        guessed = " (guessed)" if _is_guessed(found) else ""
        parts[0] += f" in {one_line(found['encoding'])}{mark}{guessed}"
    if found.get("delimiter"):
        parts.append(f"delimiter {found['delimiter']!r}")
    if found.get("columns"):
        parts.append(f"columns {', '.join(_columns(found))}")
    return ", ".join(filter(None, parts))


def warnings(raw: dict[str, Any]) -> list[str]:
    """Sentences about what may be wrong, or is in the file and in no record."""
    found = _input(raw)
    said = []
    if _is_guessed(found):
        said.append("the encoding is a guess; if texts look wrong, say which it is with --encoding")
    if over := list(_passed_over(found.get("passed_over"))):
        said.append(f"passed over: {', '.join(over)}")
    if isinstance(cells := found.get("unguarded_cells"), int) and cells:
        said.append(f"taken away: the ' before what a spreadsheet would take for a formula, {number(cells)} times")
    return said


def _input(raw: dict[str, Any]) -> dict[str, Any]:
    found = raw.get("input")
    return found if isinstance(found, dict) else {}


def _is_guessed(found: dict[str, Any]) -> bool:
    return found.get("encoding_source") == "detected"


def _columns(found: dict[str, Any]) -> list[str]:
    """A head that is not the field's own name stands before it."""
    heads = found.get("heads")
    head_of = {field: head for head, field in heads.items()} if isinstance(heads, dict) else {}
    return [one_line(f"{head_of[field]} as {field}" if field in head_of else str(field)) for field in found["columns"]]


def _passed_over(counts: Any) -> Iterator[str]:
    known = counts if isinstance(counts, dict) else {}
    if known.get("separator_lines"):
        yield "the line that names the delimiter"
    for name in ("columns", "rows"):
        if isinstance(count := known.get(name), int) and count:
            yield f"{number(count)} empty {name if count != 1 else name.removesuffix('s')}"
    for name in known.get("fields") or ():
        yield f"the field {one_line(str(name))}, which is only shown"
