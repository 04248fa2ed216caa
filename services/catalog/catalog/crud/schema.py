"""Check a body against the columns of a table; every wrong field is named at once."""

import dataclasses
import re
from collections.abc import Iterable
from itertools import islice
from typing import Any

from sqlalchemy import FromClause, Integer, String

from catalog.problems import WRONG_FIELDS
from stackroom_kit.problems import FieldError
from stackroom_kit.texts import normal_text

MAX_ERRORS = 100  # that one answer names
FIELD_FAULTS = (
    "bad_text", "id_differs", "missing_field", "not_an_object", "null", "out_of_range", "too_long", "unknown_field",
    "wrong_type",
)  # fmt: skip
INT32 = range(-(2**31), 2**31)
# Control characters and marks that turn the direction of text: nobody types them, and they forge what others read.
_FORBIDDEN = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff"
FORBIDDEN = re.compile(f"[{_FORBIDDEN}]")
ALLOWED_TEXT = f"^[^{_FORBIDDEN}]*$"


@dataclasses.dataclass(frozen=True)
class Field:
    """A column as clients see it; ``max_length`` is in characters of the normal form, None for integers."""

    name: str
    is_required: bool
    is_nullable: bool
    max_length: int | None

    def normal(self, value: Any) -> Any:
        """A text in its normal form, everything else as it is."""
        return normal_text(value) if self.max_length is not None and isinstance(value, str) else value

    def fault(self, value: Any) -> tuple[str, str] | None:
        """Code and sentence of what is wrong with a value."""
        if value is None:
            return None if self.is_nullable else ("null", f"{self.name} must not be null.")
        if self.max_length is None:
            return self._integer_fault(value)
        return self._text_fault(value, self.max_length)

    def _integer_fault(self, value: Any) -> tuple[str, str] | None:
        if type(value) is not int:
            return "wrong_type", f"{self.name} must be a whole number."
        return None if value in INT32 else ("out_of_range", f"{self.name} must be from {INT32[0]} to {INT32[-1]}.")

    def _text_fault(self, value: Any, max_length: int) -> tuple[str, str] | None:
        if not isinstance(value, str):
            return "wrong_type", f"{self.name} must be a text."
        if len(value) > max_length:
            return (
                "too_long",
                f"{self.name} may have at most {max_length} characters, this one has {len(value)}.",
            )
        if FORBIDDEN.search(value):
            return "bad_text", f"{self.name} holds characters that are not allowed."
        return None


@dataclasses.dataclass(frozen=True)
class Schema:
    """The fields of a resource. The primary key is ``id``."""

    fields: tuple[Field, ...]
    read_only: tuple[str, ...] = ()

    @classmethod
    def of_table(cls, table: FromClause, read_only: tuple[str, ...] = ()) -> "Schema":
        return cls(tuple(_field(column) for column in table.columns), read_only)

    def new(self, body: dict[str, Any]) -> dict[str, Any]:
        """Values of every field for a row that is to be made; Problem 400."""
        missing = [
            FieldError(f"/{field.name}", "missing_field", f"{field.name} is required.")
            for field in self.fields
            if field.is_required and field.name not in body
        ]
        values = self._checked(body, missing)
        return {field.name: values.get(field.name) for field in self.fields}

    def changes(self, body: dict[str, Any], row_id: int) -> dict[str, Any]:
        """Only the fields that the body names; an ``id`` in it must be the row's own. Problem 400."""
        values = self._checked(body, [])
        if values.pop("id", row_id) != row_id:
            raise _wrong([FieldError("/id", "id_differs", f"The id in the body is not {row_id}.")])
        return values

    def given(self, body: Any) -> dict[str, Any]:
        """Only the fields that the body names, ``id`` among them, whether the row is there or not. Problem 400."""
        if not isinstance(body, dict):
            raise _wrong([FieldError("", "not_an_object", "An object is expected.")])
        missing = [] if "id" in body else [FieldError("/id", "missing_field", "id is required.")]
        return self._checked(body, missing)

    def _checked(self, body: dict[str, Any], errors: list[FieldError]) -> dict[str, Any]:
        fields = {field.name: field for field in self.fields}
        values = {name: value for name, value in body.items() if name not in self.read_only}
        for name, value in values.items():
            if name in fields:
                values[name] = value = fields[name].normal(value)  # noqa: PLW2901 - checked as it is stored
            fault = fields[name].fault(value) if name in fields else _unknown(name)
            if fault:
                errors.append(FieldError(f"/{name[:50]}", *fault))
        if errors:
            raise _wrong(errors)
        return values


def _unknown(name: str) -> tuple[str, str]:
    return "unknown_field", f"There is no field {name[:50]!r}."


def _wrong(errors: Iterable[FieldError]) -> Exception:
    found = tuple(islice(errors, MAX_ERRORS))
    return WRONG_FIELDS(" ".join(error.detail for error in found[:5]), *found)


def _field(column: Any) -> Field:
    if not isinstance(column.type, Integer | String):
        raise TypeError(f"{column} is of a type that no field has")
    length = column.type.length if isinstance(column.type, String) else None
    return Field(column.name, not column.nullable, bool(column.nullable), length)
