"""Tables for any operation, as spreadsheets write them, read as the importer reads them."""

from typing import Any

from importer.parsing.checker import RecordChecker
from importer.parsing.csv_heads import TableOptions
from importer.parsing.formats import CSV, open_rows
from importer.parsing.rows import Rows
from importer.parsing.spool import Spooled
from importer.registry.registry import BUILT_IN
from tests.support.importer.resources import LOADS
from tests.support.importer.tables import spooled_text

OPERATIONS = {**BUILT_IN, **LOADS}
ALL = list(OPERATIONS.values())


def spooled(body: str | bytes) -> Spooled:
    return spooled_text(body.encode() if isinstance(body, str) else body)


def rows_of(body: str | bytes, operation: str = "load_groups", media_type: str = CSV, **told: Any) -> Rows:
    one = OPERATIONS[operation]
    return open_rows(media_type, spooled(body), one, RecordChecker(one.record, 1000), TableOptions(**told))


def read(body: str | bytes, operation: str = "load_groups", **told: Any) -> list[Any]:
    return [item for block in rows_of(body, operation, **told).blocks for item in block.items]


def told_of(rows: Rows) -> dict[str, Any]:
    list(rows.blocks)
    return rows.input
