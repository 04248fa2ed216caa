"""Results as CSV, made line by line; no cell can be taken for a formula, and the file can be sent again as it is."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import msgspec

from stackroom_jobs.operation import Operation
from stackroom_jobs.outcomes import LINE_FIELDS, OWN_FIELDS, Outcome
from stackroom_kit.csv import LEFT_OUT, csv_blocks

MOST_COLUMNS = 1000


def csv_headers(batch_id: str, is_dry_run: bool, outcome: str | None) -> dict[str, str]:
    """The file's name says what is in it."""
    name = "-".join([batch_id, *(["dry-run"] if is_dry_run else []), *([outcome] if outcome else [])])
    disposition = f'attachment; filename="{name}.csv"'
    return {"Cache-Control": "no-store", "Content-Disposition": disposition}


def _cell(value: Any) -> Any:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (dict, list, bool)) else value


def _record_of(line: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in line.items() if name not in OWN_FIELDS}


class _Table:
    """Outcome lines as rows of cells: what stands in every line, the record's own fields, and those of a result.

    A row that was not ok says which of the ``optional`` fields of its record it left out.
    """

    def __init__(self, record: Iterable[str], result: Iterable[str], optional: Iterable[str]) -> None:
        self.names: Sequence[str] = list(dict.fromkeys((*LINE_FIELDS, *record, *result)))
        self._optional = frozenset(optional)

    def row(self, line: dict[str, Any]) -> list[Any]:
        if line["outcome"] == Outcome.OK:
            flat = {**line, **line["result"]}
            return [_cell(flat.get(name)) for name in self.names]
        return [
            LEFT_OUT if name in self._optional and name not in line else _cell(line.get(name)) for name in self.names
        ]


class _PackedTable:
    """Of lines that have more fields together than a table has columns."""

    names: Sequence[str] = (*LINE_FIELDS, "record", "result")

    def row(self, line: dict[str, Any]) -> list[Any]:
        return [*map(line.get, LINE_FIELDS), _cell(_record_of(line) or None), _cell(line.get("result"))]


def _table_of(operation: Operation) -> _Table:
    fields = operation.record_schema.fields
    optional = (field.name for field in fields if not field.is_required)
    return _Table(operation.record_schema.own, operation.result_schema.by_name, optional)


def _table_of_lines(lines: Iterable[dict[str, Any]]) -> _Table | _PackedTable:
    """With the fields that there are."""
    record: dict[str, None] = {}
    result: dict[str, None] = {}
    for line in lines:
        record.update(dict.fromkeys(_record_of(line)))
        result.update(dict.fromkeys(line.get("result", ())))
        if len(record) + len(result) > MOST_COLUMNS:
            return _PackedTable()
    return _Table(record, result, record)


def _lines(blocks: Iterable[bytes]) -> Iterator[list[dict[str, Any]]]:
    return ([msgspec.json.decode(line) for line in block.splitlines()] for block in blocks)


def csv_results(
    read: Callable[[], Iterable[bytes]], operation: Operation | None, delimiter: str = ","
) -> Iterator[bytes]:
    """Blocks of outcome lines, as ``read`` gives them each time, as blocks of a file.

    ``operation`` is None where nobody knows any more what it was: then the lines are read first, to see their fields.
    """
    table = _table_of(operation) if operation else _table_of_lines(chain.from_iterable(_lines(read())))
    rows = (map(table.row, lines) for lines in _lines(read()))
    return csv_blocks(table.names, rows, delimiter)
