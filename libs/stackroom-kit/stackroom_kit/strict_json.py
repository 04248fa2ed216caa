"""JSON as the standard has it, and nothing that some parsers let through."""

import json
import math
import re
from collections import Counter
from typing import Any, NoReturn

from flask import current_app, request

from stackroom_kit.problems import FieldError, bad_request, too_large, unsupported_media_type

MAX_DEPTH = 32
MAX_VALUES = 1_000_000  # a value takes up to 64 bytes of memory, however short it is written
MAX_DIGITS = 4300  # what CPython itself converts
FAULTS = (
    "byte_order_mark", "duplicate_key", "invalid_json", "lone_surrogate", "not_a_number", "not_utf8", "nul_in_text",
    "number_too_long", "too_deep", "too_many_values",
)  # fmt: skip
JSON_PROBLEMS = {400: FAULTS, 413: ("json_too_large",), 415: ("unsupported_media_type",)}
OBJECT_PROBLEMS = {**JSON_PROBLEMS, 400: (*FAULTS, "bad_request")}

# Letters written as escapes could spell a key twice; no encoder writes them, so they only cost the slow way.
_ODD_ESCAPES = (b"\\u0000", b"\\u006", b"\\u007", b"\\u004", b"\\u005")

# A text is matched as a whole, so that brackets inside it do not count; an unfinished one runs to the end.
_TEXT_OR_SIGN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{},]', re.DOTALL)


class StrictJSONError(ValueError):
    """``code`` is a stable word, ``detail`` a sentence."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise StrictJSONError("duplicate_key", f"The key {twice[:50]!r} stands twice in one object.")
    return found


def _constant(word: str) -> NoReturn:
    raise StrictJSONError("not_a_number", f"{word} is no JSON number.")


def _float(digits: str) -> float:
    """A whole number however it is written: JSON Schema takes 1.0 for an integer, and some programs write so."""
    number = float(digits)
    if not math.isfinite(number):
        raise StrictJSONError("not_a_number", f"The number {digits[:30]} is out of range.")
    return int(number) if number.is_integer() else number


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise StrictJSONError("number_too_long", f"A number of {len(digits)} digits is too long.")
    return int(digits)


def _check_shape(body: str) -> None:
    """Refuse deep nesting before the recursive parser meets it, and more values than memory should hold."""
    depth = values = 0
    for token in _TEXT_OR_SIGN.finditer(body):
        sign = token.group()
        if sign in {"[", "{"}:
            depth += 1
        elif sign in {"]", "}"}:
            depth -= 1
        values += sign in {"[", "{", ","}
        if depth > MAX_DEPTH:
            raise StrictJSONError("too_deep", f"Nesting deeper than {MAX_DEPTH} levels is refused.")
        if values > MAX_VALUES:
            raise StrictJSONError("too_many_values", f"More than {MAX_VALUES} values in one body are refused.")


def _check_text(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise StrictJSONError("nul_in_text", "The character U+0000 is not allowed in text.")
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise StrictJSONError("lone_surrogate", "A lone surrogate is not a character.")
    elif isinstance(value, dict):
        for name, inner in value.items():
            _check_text(name)
            _check_text(inner)
    elif isinstance(value, list):
        for inner in value:
            _check_text(inner)


def loads(body: bytes) -> Any:
    """Parse UTF-8 JSON; StrictJSONError says what is wrong with it."""
    try:
        decoded = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise StrictJSONError("not_utf8", f"The body is not UTF-8 (byte {error.start}).") from None
    if decoded.startswith("\ufeff"):
        raise StrictJSONError("byte_order_mark", "A byte order mark is not allowed in JSON.")
    if decoded.count("[") + decoded.count("{") > MAX_DEPTH or decoded.count(",") > MAX_VALUES:
        _check_shape(decoded)
    try:
        value = json.loads(
            decoded,
            object_pairs_hook=_pairs,
            parse_constant=_constant,
            parse_float=_float,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        raise StrictJSONError("invalid_json", f"{error.msg} at line {error.lineno}, column {error.colno}.") from None
    _check_text(value)
    return value


def check_json_length() -> None:
    """Problem 413 for a body that is too long to be held in memory; its length is known, or it was refused before."""
    most = current_app.config["MAX_JSON_BYTES"]
    if (request.content_length or 0) > most:
        raise too_large(f"A JSON body of this call may have at most {most} bytes.", code="json_too_large")


def may_spell_keys(body: bytes) -> bool:
    """Whether escapes could hide a key from who counts keys, or U+0000 from who looks for it."""
    return b"\\u00" in body and any(escape in body for escape in _ODD_ESCAPES)


def json_body() -> bytes:
    """The body of the request at hand, which may not be JSON all the same; Problem 415 or 413."""
    if request.mimetype != "application/json":
        raise unsupported_media_type("Send the body as application/json.", "application/json")
    check_json_length()
    return request.get_data(cache=True)


def json_object() -> dict[str, Any]:
    """The body of the request at hand as an object; Problem 415, 413 or 400 otherwise."""
    body = json_body()
    try:
        value = loads(body)
    except StrictJSONError as error:
        raise bad_request(error.detail, FieldError("", error.code, error.detail), code=error.code) from None
    if not isinstance(value, dict):
        raise bad_request("The body must be a JSON object.", FieldError("", "not_an_object", "An object is expected."))
    return value
