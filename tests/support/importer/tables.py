"""Tables as bytes, read as the importer reads them."""

import io
from typing import Any

from importer.parsing.checker import RecordChecker
from importer.parsing.csv_rows import read_csv
from importer.parsing.csv_shape import CSVShape, shape_of
from importer.parsing.detection import Declared
from importer.parsing.formats import columns_of, with_encoding
from importer.parsing.spool import Spooled
from stackroom_jobs.operations import OPERATIONS

NORMALIZE = OPERATIONS["normalize_record"]


def spooled_text(body: bytes) -> Spooled:
    """As it came, with its encoding."""
    return with_encoding(Spooled(io.BytesIO(body), len(body), body.count(b"\n"), ""), Declared())


def shape_of_table(body: bytes, operation: Any = NORMALIZE) -> CSVShape:
    text = spooled_text(body)
    return shape_of(text.file, text.encoding, columns_of(operation))


def read(body: bytes, operation: Any = NORMALIZE, max_bytes: int = 1000) -> list[Any]:
    shape, checker = shape_of_table(body, operation), RecordChecker(operation.record, max_bytes)
    return [item for block in read_csv(io.BytesIO(body), shape, checker) for item in block.items]
