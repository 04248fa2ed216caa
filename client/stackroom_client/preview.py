"""What the server found in a file, and what it made of it before it is imported, for people."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from stackroom_client.errors import UsageError
from stackroom_client.report import place
from stackroom_client.texts import number, one_line, rows, table


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
        parts.append(f"columns {', '.join(_named_columns(found))}")
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


def _named_columns(found: dict[str, Any]) -> list[str]:
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


_NEEDED: dict[str, type] = {"operation": str, "queue": str, "rows": list, "refused": list, "rows_read": int}


def checked(found: Any) -> dict[str, Any]:
    """UsageError for a value that is no preview."""
    raw = found if isinstance(found, dict) else {}
    wrong = [name for name, kind in _NEEDED.items() if not isinstance(raw.get(name), kind)]
    lines = [] if wrong else [*raw["rows"], *raw["refused"]]
    if wrong or not all(isinstance(line, dict) for line in lines):
        raise UsageError("the answer is no preview: is that a Stackroom server?")
    return raw


def preview_report(name: str, found: dict[str, Any]) -> str:
    """What was detected, the first rows, and the first ones that would be refused."""
    parts = [_headline(name, found), _first_rows(found)]
    if found["refused"]:
        lines = ((place(line), line.get("code"), line.get("detail")) for line in found["refused"])
        parts.append(table(("row", "code", "would be refused"), lines))
    return "\n\n".join(parts)


def _headline(name: str, found: dict[str, Any]) -> str:
    worker = "" if found.get("has_worker", True) else ", which no worker serves now"
    refused = found.get("rows_refused", 0)
    lines = [
        f"{name}: {detected(found)}, {_how_many(found)}",
        f"operation {one_line(found['operation'])} on the queue {one_line(found['queue'])}{worker}",
    ]
    lines += warnings(found)
    if refused:
        lines.append(f"{rows(refused)} of {number(found['rows_read'])} would be refused")
    return "\n".join(lines)


def _how_many(found: dict[str, Any]) -> str:
    if found.get("is_whole", True):
        return rows(found["rows_read"])
    return f"about {rows(found.get('rows_expected', 0))}, {number(found['rows_read'])} of them read"


def _first_rows(found: dict[str, Any]) -> str:
    """The fields of the rows, in the order of the file; a refused row with its own fields."""
    records = [line["record"] if isinstance(line.get("record"), dict) else line for line in found["rows"]]
    names = _columns(found, records)
    lines = ([str(line.get("row")), *(_cell(record, name) for name in names)]
             for line, record in zip(found["rows"], records, strict=True))  # fmt: skip
    return table(("row", *map(one_line, names)), lines)


def _columns(found: dict[str, Any], records: Iterable[dict[str, Any]]) -> list[str]:
    """The columns of the file where no row can be read."""
    fields = list(dict.fromkeys(name for record in records if "code" not in record for name in record))
    columns = (found.get("input") or {}).get("columns") or fields
    return [name for name in columns if name in fields] if fields else list(columns)


def _cell(record: dict[str, Any], name: str) -> str:
    value = record.get(name)
    if value is None:
        return "-"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
