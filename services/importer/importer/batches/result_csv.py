"""Results as CSV, made line by line; no cell can be taken for a formula, and the file can be sent again as it is."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from stackroom_jobs.operation import Operation
from stackroom_jobs.outcomes import LINE_FIELDS, OWN_FIELDS, Outcome
from stackroom_kit.csv import LEFT_OUT, csv_blocks


def csv_headers(batch_id: str, is_dry_run: bool, outcome: str | None) -> dict[str, str]:
    """The file's name says what is in it."""
    name = "-".join([batch_id, *(["dry-run"] if is_dry_run else []), *([outcome] if outcome else [])])
    disposition = f'attachment; filename="{name}.csv"'
    return {"Cache-Control": "no-store", "Content-Disposition": disposition}


def _names(operation: Operation) -> list[str]:
    """What stands in every line, the record's own fields, and those of a result."""
    both = (*LINE_FIELDS, *operation.record_schema.own, *operation.result_schema.by_name)
    return list(dict.fromkeys(both))


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list, bool)) else value


class _Table:
    """Outcome lines of one operation as rows of cells. A row that was not ok says which fields it left out."""

    def __init__(self, operation: Operation) -> None:
        self.names = _names(operation)
        fields = operation.record_schema.fields
        self._optional = frozenset(field.name for field in fields if not field.is_required)

    def row(self, line: dict[str, Any]) -> list[Any]:
        if line["outcome"] == Outcome.OK:
            flat = {**line, **line["result"]}
            return [_cell(flat.get(name)) for name in self.names]
        return [
            LEFT_OUT if name in self._optional and name not in line else _cell(line.get(name)) for name in self.names
        ]


class _UnknownTable:
    """Outcome lines of an operation that nobody knows any more: nobody could name the fields that all of them have."""

    names: Sequence[str] = (*LINE_FIELDS, "record", "result")

    def row(self, line: dict[str, Any]) -> list[Any]:
        record = {name: value for name, value in line.items() if name not in OWN_FIELDS}
        return [*map(line.get, LINE_FIELDS), _cell(record or None), _cell(line.get("result"))]


def csv_results(blocks: Iterable[bytes], operation: Operation | None, delimiter: str = ",") -> Iterator[bytes]:
    """Blocks of outcome lines as blocks of a file. ``operation`` is None where nobody knows it any more."""
    table = _Table(operation) if operation else _UnknownTable()
    rows = ([table.row(msgspec.json.decode(line)) for line in block.splitlines()] for block in blocks)
    return csv_blocks(table.names, rows, delimiter)
