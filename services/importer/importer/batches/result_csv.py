"""Results as CSV, made line by line; no cell can be taken for a formula, and the file can be sent again as it is."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from importer.intake.csv_rows import defused
from stackroom_jobs.operations import Operation
from stackroom_jobs.outcomes import LINE_FIELDS


def csv_headers(batch_id: str, is_dry_run: bool, outcome: str | None) -> dict[str, str]:
    """The name of the file says what it holds, since it may lie about for long."""
    name = "-".join([batch_id, *(["dry-run"] if is_dry_run else []), *([outcome] if outcome else [])])
    disposition = f'attachment; filename="{name}.csv"'
    return {"Cache-Control": "no-store", "Content-Disposition": disposition}


def _names(operation: Operation) -> list[str]:
    """What stands in every line, the record's own fields, and those of a result."""
    both = (*LINE_FIELDS, *operation.record.__struct_fields__, *operation.result.__struct_fields__)
    return list(dict.fromkeys(both))


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return defused(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list, bool)) else value


def csv_results(blocks: Iterable[bytes], operation: Operation) -> Iterator[bytes]:
    """UTF-8 with a byte order mark, without which spreadsheets misread Cyrillic letters."""
    names = _names(operation)
    yield b"\xef\xbb\xbf" + _rows([names])
    for block in blocks:
        lines = (msgspec.json.decode(line) for line in block.splitlines())
        flat = ({**line, **(line.get("result") or {})} for line in lines)
        yield _rows([_cell(values.get(name)) for name in names] for values in flat)


def _rows(rows: Iterable[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")
