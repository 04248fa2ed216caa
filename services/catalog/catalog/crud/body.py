"""Check a body against the schema of a resource: every wrong field is named at once, values get their normal form."""

import functools
import re
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from catalog.crud.columns import normal_decimal, normal_time
from catalog.problems import WRONG_FIELDS
from stackroom_kit.problems import FieldError
from stackroom_kit.schema import Field, Schema
from stackroom_kit.schema_fields import form_of, pattern_of
from stackroom_kit.texts import FORBIDDEN_IN_TEXT, normal_text

MAX_ERRORS = 100  # that one answer names
MAX_NAME = 50  # characters of a field's name that are said again
FIELD_FAULTS = (
    "bad_text", "id_differs", "id_is_made", "missing_field", "not_an_object", "null", "out_of_range", "too_long",
    "unknown_field", "wrong_type", "wrong_value",
)  # fmt: skip
FORBIDDEN = re.compile(f"[{FORBIDDEN_IN_TEXT}]")
ALLOWED_TEXT = f"^[^{FORBIDDEN_IN_TEXT}]*$"
Fault = tuple[str, str]  # code and sentence


def is_free_text(field: Field) -> bool:
    return field.types == ("string",) and field.format is None and field.enum is None


def normal(field: Field) -> Callable[[Any], Any]:
    """What puts a value, which may be a wrong one, into the form in which it is kept. ValueError where it has none."""
    if is_free_text(field):
        return lambda value: normal_text(value) if isinstance(value, str) else value
    if field.format == "date-time":
        return normal_time
    if field.format == "decimal":
        return lambda value: normal_decimal(value, field.places)
    if field.types == ("number",):
        return float
    return lambda value: value


def _text_fault(field: Field, value: Any) -> Fault | None:
    if not isinstance(value, str):
        return "wrong_type", f"{field.name} must be a text."
    if field.max_length is not None and len(value) > field.max_length:
        most = field.max_length
        return "too_long", f"{field.name} may have at most {most} characters, this one has {len(value)}."
    return _forbidden_fault(field, value)


def _forbidden_fault(field: Field, value: str) -> Fault | None:
    if FORBIDDEN.search(value):
        return "bad_text", f"{field.name} holds characters that are not allowed."
    return None


def _number_fault(field: Field, value: Any) -> Fault | None:
    is_whole = field.types == ("integer",)
    if type(value) is not int and (is_whole or type(value) is not float):
        return "wrong_type", f"{field.name} must be a {'whole ' if is_whole else ''}number."
    low, high = field.minimum, field.maximum
    if low is not None and high is not None and not low <= value <= high:
        return "out_of_range", f"{field.name} must be from {low} to {high}."
    return None


def _truth_fault(field: Field, value: Any) -> Fault | None:
    return None if type(value) is bool else ("wrong_type", f"{field.name} must be true or false.")


def _enum_fault(field: Field, value: Any) -> Fault | None:
    if not isinstance(value, str):
        return "wrong_type", f"{field.name} must be a text."
    words = field.enum or ()
    return None if value in words else ("wrong_value", f"{field.name} must be one of: {', '.join(words)}.")


def _form_fault(field: Field, value: Any) -> Fault | None:
    if not isinstance(value, str):
        return "wrong_type", f"{field.name} must be a text."
    return None if re.search(pattern_of(field), value) else ("wrong_value", f"{field.name} must be {form_of(field)}.")


def _fault_of(field: Field) -> Callable[[Field, Any], Fault | None]:
    if field.enum is not None:
        return _enum_fault
    if field.format is not None:
        return _form_fault
    return {"string": _text_fault, "boolean": _truth_fault}.get(field.types[0], _number_fault)


class BodyCheck:
    """Of one resource, whose rows have the fields of ``schema``. ``is_made``: the server gives the id of a new row."""

    def __init__(self, schema: Schema, is_made: bool) -> None:
        self._own = {field.name: field for field in schema.own_fields}
        self._shown = frozenset(schema.shown)
        self._is_made = is_made
        self._checks = {
            name: functools.partial(_checked, field, _fault_of(field), normal(field))
            for name, field in self._own.items()
        }

    def new(self, body: dict[str, Any]) -> dict[str, Any]:
        """Values of the fields that a new row has; Problem 400."""
        wrong = [
            FieldError(f"/{field.name}", "missing_field", f"{field.name} is required.")
            for field in self._own.values()
            if field.is_required and field.name not in body
        ]
        if self._is_made and "id" in body:
            wrong.append(FieldError("/id", "id_is_made", "The id of a new row is made by the server."))
        return self._values(body, wrong)

    def changes(self, body: dict[str, Any], row_id: int) -> dict[str, Any]:
        """Only the fields that the body names; an ``id`` in it must be the row's own. Problem 400."""
        values = self._values(body, [])
        if values.pop("id", row_id) != row_id:
            raise _wrong([FieldError("/id", "id_differs", f"The id in the body is not {row_id}.")])
        return values

    def given(self, body: Any) -> dict[str, Any]:
        """Only the fields that the body names, whether the row is there or not. Problem 400.

        ``id`` is among them where the client gives it.
        """
        if not isinstance(body, dict):
            raise _wrong([FieldError("", "not_an_object", "An object is expected.")])
        is_missing = "id" not in body and not self._is_made
        return self._values(body, [FieldError("/id", "missing_field", "id is required.")] if is_missing else [])

    def _values(self, body: dict[str, Any], wrong: list[FieldError]) -> dict[str, Any]:
        values = {}
        for name, value in body.items():
            if name in self._shown:
                continue
            check = self._checks.get(name)
            values[name], fault = check(value) if check else (None, _unknown(name))
            if fault:
                wrong.append(FieldError(f"/{name[:MAX_NAME]}", *fault))
        if wrong:
            raise _wrong(wrong)
        return values


def _checked(
    field: Field, fault_of: Callable[[Field, Any], Fault | None], form: Callable[[Any], Any], value: Any
) -> tuple[Any, Fault | None]:
    """A free text is measured in its normal form; of other values only right ones have one."""
    if is_free_text(field):
        value = form(value)
    if value is None:
        return None, None if field.is_nullable else ("null", f"{field.name} must not be null.")
    fault = fault_of(field, value)
    if fault:
        return None, fault
    try:
        return form(value), None
    except (ValueError, OverflowError):
        return None, ("out_of_range", f"{field.name} is beyond what can be kept.")


def _unknown(name: str) -> Fault:
    return "unknown_field", f"There is no field {name[:MAX_NAME]!r}."


def _wrong(errors: Iterable[FieldError]) -> Exception:
    found = tuple(islice(errors, MAX_ERRORS))
    return WRONG_FIELDS(" ".join(error.detail for error in found[:5]), *found)
