"""What the server made of a file before it is imported, for people."""

import json
from collections.abc import Iterable
from typing import Any

from stackroom_client.errors import UsageError
from stackroom_client.found import detected, warnings
from stackroom_client.report import place
from stackroom_client.texts import number, one_line, rows, table

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
