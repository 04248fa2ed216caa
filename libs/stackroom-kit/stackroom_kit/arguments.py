"""Parameters of calls: those of a query are checked before they go near SQL, and described by the same limits."""

import re
from collections.abc import Collection
from typing import Any

from flask import request

from stackroom_kit.api import Parameter
from stackroom_kit.problems import NOT_FOUND, ProblemKind

_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)
MAX_TEXT = 200
# U+FFFD stands where the query was no UTF-8.
ALLOWED_TEXT = r"^[^\x00\ufffd]*$"
_ALLOWED_TEXT = re.compile(ALLOWED_TEXT)
BAD_TEXT = ProblemKind(400, "bad_text")
TOO_LONG = ProblemKind(400, "too_long")
OUT_OF_RANGE = ProblemKind(400, "out_of_range")
UNKNOWN_VALUE = ProblemKind(400, "unknown_value")


def id_parameter(name: str, description: str) -> Parameter:
    """In a path: what is no UUID, and an id of nothing that there is, is Problem 404."""
    return Parameter(name, {"type": "string", "format": "uuid"}, description, "path", (NOT_FOUND,))


def text_argument(name: str, default: str | None = None, max_length: int = MAX_TEXT) -> str | None:
    value = request.args.get(name)
    if value is None:
        return default
    if not _ALLOWED_TEXT.search(value):
        raise BAD_TEXT.at(f"?{name}", f"{name} holds characters that are not allowed.")
    if len(value) > max_length:
        raise TOO_LONG.at(f"?{name}", f"{name} may have at most {max_length} characters.")
    return value


def text_parameter(name: str, description: str, max_length: int = MAX_TEXT, **schema: Any) -> Parameter:
    """What ``text_argument`` takes; ``schema`` narrows or widens it."""
    described = {"type": "string", "maxLength": max_length, "pattern": ALLOWED_TEXT, **schema}
    return Parameter(name, described, description, problems=(BAD_TEXT, TOO_LONG))


def integer_argument(name: str, default: int | None, low: int, high: int) -> int | None:
    """Plain ASCII digits only: ``int`` would also take ``1_0``, digits of other scripts and ``+4``."""
    value = request.args.get(name)
    if value is None:
        return default
    if not _DIGITS.fullmatch(value) or not low <= int(value) <= high:
        raise OUT_OF_RANGE.at(f"?{name}", f"{name} must be a whole number from {low} to {high}.")
    return int(value)


def integer_parameter(name: str, description: str, default: int | None, low: int, high: int) -> Parameter:
    schema = {"type": "integer", "minimum": low, "maximum": high, **({} if default is None else {"default": default})}
    return Parameter(name, schema, description, problems=(OUT_OF_RANGE,))


def choice_argument(name: str, default: str | None, allowed: Collection[str]) -> str | None:
    value = request.args.get(name)
    if value is None:
        return default
    if value not in allowed:
        raise UNKNOWN_VALUE.at(f"?{name}", f"{name} must be one of: {', '.join(sorted(allowed))}.")
    return value


def choice_parameter(name: str, description: str, default: str | None, allowed: Collection[str]) -> Parameter:
    schema = {"enum": list(allowed), **({} if default is None else {"default": default})}
    return Parameter(name, schema, description, problems=(UNKNOWN_VALUE,))
