"""Which operation a file is meant for, by the fields that it names."""

from collections.abc import Sequence
from itertools import chain, islice
from typing import Any

import msgspec

from importer.intake.checker import RecordChecker, Refusal
from importer.intake.csv_shape import check_names, header_of, split_names
from importer.intake.formats import CSV, columns_of, open_rows
from importer.intake.spool import Spooled
from stackroom_jobs.operations import OPERATIONS, Operation
from stackroom_kit.problems import Problem

ROWS_LOOKED_AT = 10  # for the first that is an object
_FIELDS = {name for operation in OPERATIONS.values() for name in operation.record.__struct_fields__}


class _NoRecord(msgspec.Struct, forbid_unknown_fields=True):
    """Has no field, so that every record is refused and comes back as it was sent."""


def likely_operation(media_type: str, spooled: Spooled, max_record_bytes: int) -> Operation:
    """The first of those that the file looks most like. Problem 400 for a body that cannot be read."""
    names = _columns(spooled) if media_type == CSV else _names_of_record(media_type, spooled, max_record_bytes)
    spooled.file.seek(0)
    return max(OPERATIONS.values(), key=lambda operation: _likeness(names, operation))


def _columns(spooled: Spooled) -> Sequence[str]:
    _, names = split_names(header_of(spooled.file).line, _FIELDS)
    return names


def _names_of_record(media_type: str, spooled: Spooled, max_record_bytes: int) -> Sequence[str]:
    any_operation = next(iter(OPERATIONS.values()))
    rows = open_rows(media_type, spooled, any_operation, RecordChecker(_NoRecord, max_record_bytes))
    found = map(_names, islice(chain.from_iterable(rows.read()), ROWS_LOOKED_AT))
    return next(filter(None, found), ())


def _names(item: Any) -> Sequence[str]:
    if type(item) is not Refusal or item.code != "unknown_field":
        return ()
    return tuple(msgspec.json.decode(item.raw))


def _likeness(names: Sequence[str], operation: Operation) -> tuple[bool, int]:
    """Whether it takes rows with these fields, and how many of the fields are its own."""
    columns = columns_of(operation)
    own = len(set(names) & set(columns.known))
    try:
        check_names(names, columns)
    except Problem:
        return False, own
    return True, own
