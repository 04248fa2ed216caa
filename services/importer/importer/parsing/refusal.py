"""Why a record is refused: what can be wrong with it, and the outcome line that says so."""

import dataclasses
import re
from enum import StrEnum

import msgspec

from stackroom_jobs.outcomes import refused_line
from stackroom_kit.schema import Schema
from stackroom_kit.schema_fields import form_of
from stackroom_kit.strict_json import FAULTS


class RecordFault(StrEnum):
    """What can be wrong with a record that is JSON: the codes of its Refusal."""

    ALREADY_DONE = "already_done"
    MISSING_FIELD = "missing_field"
    NOT_AN_OBJECT = "not_an_object"
    RECORD_TOO_LONG = "record_too_long"
    UNKNOWN_FIELD = "unknown_field"
    WRONG_TYPE = "wrong_type"
    WRONG_VALUE = "wrong_value"


RECORD_FAULTS = (*(kind.code for kind in FAULTS), *map(str, RecordFault))


@dataclasses.dataclass(frozen=True, slots=True)
class Refusal:
    """A record that no chunk will hold. ``field`` is the wrong field or empty, ``raw`` the record as it came.

    ``file_line`` is None where it is the row's own number.
    """

    code: str
    detail: str
    field: str
    raw: bytes
    file_line: int | None = None

    def at(self, file_line: int | None) -> "Refusal":
        return self if file_line is None else dataclasses.replace(self, file_line=file_line)

    def line(self, row: int) -> bytes:
        return refused_line(row, self.code, self.detail, self.raw, self.field, self.file_line)


# A line of results that was ok holds nothing of what it was made of, so nothing of it must be taken for a record.
ALREADY_DONE = Refusal(
    RecordFault.ALREADY_DONE, "This row was ok; of results only rows that failed can be sent again.", "", b""
)


def refusal_of(error: msgspec.ValidationError, schema: Schema, raw: bytes) -> Refusal:
    """msgspec says "Object missing required field `payload`" or "Expected `str`, got `int` - at `$.payload`"."""
    sentence, _, path = str(error).partition(" - at ")
    if sentence.startswith("Object missing required field"):
        return Refusal(RecordFault.MISSING_FIELD, f"{sentence}.", sentence.split("`")[1], raw)
    name = re.split(r"[.\[]", path.strip("`").removeprefix("$").lstrip("."), maxsplit=1)[0]
    if not name:
        return Refusal(RecordFault.NOT_AN_OBJECT, f"{sentence}.", "", raw)
    field = schema.by_name[name]
    if field.format is not None and "regex" in sentence:
        return Refusal(RecordFault.WRONG_VALUE, f"`{name}` must be {form_of(field)}.", name, raw)
    is_value = field.enum is not None or " of length " in sentence or "=" in sentence
    code = RecordFault.WRONG_VALUE if is_value else RecordFault.WRONG_TYPE
    return Refusal(code, f"`{name}`: {sentence[0].lower()}{sentence[1:]}.", name, raw)
