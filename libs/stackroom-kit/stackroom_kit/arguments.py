"""Query parameters, checked before they go anywhere near SQL, and described by the same limits."""

import re
from collections.abc import Collection
from typing import Any

from flask import request

from stackroom_kit.api import Parameter
from stackroom_kit.problems import Problem, wrong_at

_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)
MAX_TEXT = 200
# U+FFFD stands where the query was no UTF-8.
ALLOWED_TEXT = r"^[^\x00\ufffd]*$"
_ALLOWED_TEXT = re.compile(ALLOWED_TEXT)
UNKNOWN_ARGUMENT = {400: ("unknown_parameter", "repeated_parameter")}


def wrong_argument(name: str, code: str, detail: str) -> Problem:
    return wrong_at(f"?{name}", code, detail)


def refuse_unknown_arguments(allowed: Collection[str]) -> None:
    """400 for a parameter that the call does not have, or that comes twice."""
    for name, values in request.args.lists():
        if name not in allowed:
            raise wrong_argument(name[:50], "unknown_parameter", f"There is no query parameter {name[:50]!r}.")
        if len(values) > 1:
            raise wrong_argument(name, "repeated_parameter", f"The query parameter {name!r} comes twice.")


def text_argument(name: str, default: str | None = None, max_length: int = MAX_TEXT) -> str | None:
    value = request.args.get(name)
    if value is None:
        return default
    if not _ALLOWED_TEXT.search(value):
        raise wrong_argument(name, "bad_text", f"{name} holds characters that are not allowed.")
    if len(value) > max_length:
        raise wrong_argument(name, "too_long", f"{name} may have at most {max_length} characters.")
    return value


def text_parameter(name: str, description: str, max_length: int = MAX_TEXT, **schema: Any) -> Parameter:
    """What ``text_argument`` takes; ``schema`` narrows or widens it."""
    described = {"type": "string", "maxLength": max_length, "pattern": ALLOWED_TEXT, **schema}
    return Parameter(name, described, description, problems={400: ("bad_text", "too_long")})


def integer_argument(name: str, default: int | None, low: int, high: int) -> int | None:
    """Plain ASCII digits only: ``int`` would also take ``1_0``, digits of other scripts and ``+4``."""
    value = request.args.get(name)
    if value is None:
        return default
    if not _DIGITS.fullmatch(value) or not low <= int(value) <= high:
        raise wrong_argument(name, "out_of_range", f"{name} must be a whole number from {low} to {high}.")
    return int(value)


def integer_parameter(name: str, description: str, default: int | None, low: int, high: int) -> Parameter:
    schema = {"type": "integer", "minimum": low, "maximum": high, **({} if default is None else {"default": default})}
    return Parameter(name, schema, description, problems={400: ("out_of_range",)})


def choice_argument(name: str, default: str | None, allowed: Collection[str]) -> str | None:
    value = request.args.get(name)
    if value is None:
        return default
    if value not in allowed:
        raise wrong_argument(name, "unknown_value", f"{name} must be one of: {', '.join(sorted(allowed))}.")
    return value


def choice_parameter(name: str, description: str, default: str | None, allowed: Collection[str]) -> Parameter:
    schema = {"enum": list(allowed), **({} if default is None else {"default": default})}
    return Parameter(name, schema, description, problems={400: ("unknown_value",)})
