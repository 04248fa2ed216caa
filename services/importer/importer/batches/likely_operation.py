"""Which operation a file is meant for, by the fields that it names."""

import dataclasses
from collections.abc import Sequence
from itertools import chain, islice
from typing import Any

import msgspec

from importer.parsing.checker import RecordChecker
from importer.parsing.csv_heads import UNTOLD, Columns, TableOptions, fields_of, meanings, split_heads
from importer.parsing.csv_shape import header_of, header_options
from importer.parsing.formats import CSV, columns_of, open_rows
from importer.parsing.refusal import Refusal
from importer.parsing.spool import Spooled
from importer.problems import UNKNOWN_COLUMN
from stackroom_jobs.operation import Operation
from stackroom_kit.cells import readable
from stackroom_kit.problems import Problem

ROWS_LOOKED_AT = 10  # for the first that is an object
HEADS_SAID = 10
Likeness = tuple[bool, int]  # whether it takes rows with these fields, and how many of the fields are its own


class NoRecord(msgspec.Struct, forbid_unknown_fields=True):
    """Without a field of any record, so that every record is refused: its Refusal holds it as it was sent."""

    no_field_of_a_record: int | msgspec.UnsetType = msgspec.UNSET


def likely_operation(
    among: Sequence[Operation],
    media_type: str,
    spooled: Spooled,
    max_record_bytes: int,
    told: TableOptions = UNTOLD,
) -> Operation:
    """The first of those that the file looks most like. Problem 400 for a body that cannot be read."""
    if media_type == CSV:
        return _operation_of_table(among, spooled, told)
    names = _names_of_record(among[0], media_type, spooled, max_record_bytes)
    return max(among, key=lambda operation: _likeness(names, _by_names(operation), UNTOLD))


def _operation_of_table(among: Sequence[Operation], spooled: Spooled, told: TableOptions) -> Operation:
    """Problem 400 where no operation has any of its columns; it lists the columns of all operations."""
    header = header_of(spooled.file, spooled.encoding)
    options = header_options(header, told)

    def heads_for(operation: Operation) -> Sequence[str]:
        return split_heads(header.line, columns_of(operation).words, options)[1]

    likenesses = {one.name: _likeness(heads_for(one), columns_of(one), told) for one in among}
    best = max(among, key=lambda one: likenesses[one.name])
    if not any(likenesses[best.name]):
        raise _unlike_all(among, heads_for(best))
    return best


def _unlike_all(among: Sequence[Operation], heads: Sequence[str]) -> Problem:
    said = ", ".join(map(readable, heads[:HEADS_SAID]))
    taken = "; ".join(f"{one.name}: {', '.join(one.record_schema.own)}" for one in among)
    return UNKNOWN_COLUMN.at("", f"No operation has the columns {said}, which the first line names. {taken}.")


def _names_of_record(
    any_operation: Operation, media_type: str, spooled: Spooled, max_record_bytes: int
) -> Sequence[str]:
    rows = open_rows(media_type, spooled, any_operation, RecordChecker(NoRecord, max_record_bytes))
    items = chain.from_iterable(block.items for block in rows.blocks)
    found = map(_names, islice(items, ROWS_LOOKED_AT))
    names = next(filter(None, found), ())
    spooled.file.seek(0)
    return names


def _by_names(operation: Operation) -> Columns:
    """Of JSON: its keys are the fields' own names."""
    columns = columns_of(operation)
    return dataclasses.replace(columns, words={name: name for name in columns.known})


def _names(item: Any) -> Sequence[str]:
    if type(item) is not Refusal or item.code != "unknown_field":
        return ()
    return tuple(msgspec.json.decode(item.raw))


def _likeness(heads: Sequence[str], columns: Columns, told: TableOptions) -> Likeness:
    own = len(set(meanings(heads, columns.words, told.fields)) & set(columns.known))
    try:
        fields_of(heads, columns, told.fields)
    except Problem:
        return False, own
    return True, own
