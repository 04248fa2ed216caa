"""A row of a load, cleaned: one function for every resource of the catalog. The importer applies the row to it.

Texts get their normal form, and an empty one is null. The option ``references`` tells of which fields a row may name
what it belongs to: by its id, or by its name in another field.
"""

import dataclasses
from typing import Any

import msgspec

from stackroom_jobs.context import Context
from stackroom_jobs.operation import describe
from stackroom_jobs.outcomes import RecordError
from stackroom_kit.texts import normal_text


class LoadReference(msgspec.Struct):
    """``named`` is the field that may name the row instead of its id. ``is_nullable``: a row may belong to none."""

    named: str
    is_nullable: bool


class Row(msgspec.Struct):
    """The other fields are those of the resource."""

    id: int | None = None


def load(record: dict[str, Any], context: Context) -> dict[str, Any]:
    """RecordError for a row that names what it belongs to twice."""
    row = {name: normal_text(value) if isinstance(value, str) else value for name, value in record.items()}
    for field, reference in context.options.get("references", {}).items():  # each is a LoadReference, as JSON
        _settle(row, field, reference["named"], reference["is_nullable"])
    if row.get("id") is None:
        row.pop("id", None)
    return row


def _settle(row: dict[str, Any], field: str, named: str, is_nullable: bool) -> None:
    """Leaves the id or the name, whichever is given. Null clears a reference, where it may be none."""
    is_named, name = named in row, row.pop(named, None)
    if name is None:
        if is_named:
            row.setdefault(field, None)
        if row.get(field) is None and not is_nullable:
            row.pop(field, None)
        return
    if row.get(field) is not None:
        detail = f"Give {field} or {named}, not both."
        raise RecordError("two_references", detail, named)
    row.pop(field, None)
    row[named] = name


LOAD = dataclasses.replace(
    describe("load", Row, Row, title="Import rows into the register", right="editor"),
    record=dict[str, Any],
    result=dict[str, Any],
    function=load,
)
