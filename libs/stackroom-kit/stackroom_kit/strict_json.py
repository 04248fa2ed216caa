"""JSON as the standard has it, and nothing that some parsers let through."""

import json
import math
import re
from collections import Counter
from typing import Any, NoReturn

from flask import current_app, request

from stackroom_kit.problems import BAD_REQUEST, UNSUPPORTED_MEDIA_TYPE, FieldError, ProblemKind

MAX_DEPTH = 32
MAX_VALUES = 1_000_000  # a value takes up to 64 bytes of memory, however short it is written
MAX_DIGITS = 4300  # what CPython itself converts
BYTE_ORDER_MARK = ProblemKind(400, "byte_order_mark")
DUPLICATE_KEY = ProblemKind(400, "duplicate_key")
INVALID_JSON = ProblemKind(400, "invalid_json")
LONE_SURROGATE = ProblemKind(400, "lone_surrogate")
NOT_A_NUMBER = ProblemKind(400, "not_a_number")
NOT_UTF8 = ProblemKind(400, "not_utf8")
NUL_IN_TEXT = ProblemKind(400, "nul_in_text")
NUMBER_TOO_LONG = ProblemKind(400, "number_too_long")
TOO_DEEP = ProblemKind(400, "too_deep")
TOO_MANY_VALUES = ProblemKind(400, "too_many_values")
JSON_TOO_LARGE = ProblemKind(413, "json_too_large")
FAULTS = (
    BYTE_ORDER_MARK, DUPLICATE_KEY, INVALID_JSON, LONE_SURROGATE, NOT_A_NUMBER,
    NOT_UTF8, NUL_IN_TEXT, NUMBER_TOO_LONG, TOO_DEEP, TOO_MANY_VALUES,
)  # fmt: skip
JSON_PROBLEMS = (*FAULTS, JSON_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE)
OBJECT_PROBLEMS = (*JSON_PROBLEMS, BAD_REQUEST)

# Letters that are written as escapes could hide that a key stands twice. No encoder writes them, so they may be slow.
_ODD_ESCAPES = (b"\\u0000", b"\\u006", b"\\u007", b"\\u004", b"\\u005")

# A text is matched as a whole, so that brackets inside it do not count; an unfinished one runs to the end.
_TEXT_OR_SIGN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{},]', re.DOTALL)


class StrictJSONError(ValueError):
    """``kind`` has a stable code, ``detail`` is a sentence."""

    def __init__(self, kind: ProblemKind, detail: str) -> None:
        super().__init__(detail)
        self.kind = kind
        self.detail = detail


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((twice, _),) = Counter(name for name, _ in pairs).most_common(1)
        raise StrictJSONError(DUPLICATE_KEY, f"The key {twice[:50]!r} stands twice in one object.")
    return found


def _constant(word: str) -> NoReturn:
    raise StrictJSONError(NOT_A_NUMBER, f"{word} is no JSON number.")


def _float(digits: str) -> float:
    """A whole number however it is written: JSON Schema takes 1.0 for an integer, and some programs write so."""
    number = float(digits)
    if not math.isfinite(number):
        raise StrictJSONError(NOT_A_NUMBER, f"The number {digits[:30]} is out of range.")
    return int(number) if number.is_integer() else number


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise StrictJSONError(NUMBER_TOO_LONG, f"A number of {len(digits)} digits is too long.")
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
            raise StrictJSONError(TOO_DEEP, f"Nesting deeper than {MAX_DEPTH} levels is refused.")
        if values > MAX_VALUES:
            raise StrictJSONError(TOO_MANY_VALUES, f"More than {MAX_VALUES} values in one body are refused.")


def _check_text(value: Any) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise StrictJSONError(NUL_IN_TEXT, "The character U+0000 is not allowed in text.")
        if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
            raise StrictJSONError(LONE_SURROGATE, "A lone surrogate is not a character.")
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
        raise StrictJSONError(NOT_UTF8, f"The body is not UTF-8 (byte {error.start}).") from None
    if decoded.startswith("\ufeff"):
        raise StrictJSONError(BYTE_ORDER_MARK, "A byte order mark is not allowed in JSON.")
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
        raise StrictJSONError(INVALID_JSON, f"{error.msg} at line {error.lineno}, column {error.colno}.") from None
    _check_text(value)
    return value


def check_json_length() -> None:
    """Problem 413 for a body that is too long to be held in memory; its length is known, or it was refused before."""
    most = current_app.config["MAX_JSON_BYTES"]
    if (request.content_length or 0) > most:
        raise JSON_TOO_LARGE(f"A JSON body of this call may have at most {most} bytes.")


def may_spell_keys(body: bytes) -> bool:
    """Whether escapes could hide a key from who counts keys, or U+0000 from who looks for it."""
    return b"\\u00" in body and any(escape in body for escape in _ODD_ESCAPES)


def json_body() -> bytes:
    """The body of the request at hand, which may not be JSON all the same; Problem 415 or 413."""
    if request.mimetype != "application/json":
        raise UNSUPPORTED_MEDIA_TYPE("Send the body as application/json.", headers={"Accept-Post": "application/json"})
    check_json_length()
    return request.get_data(cache=True)


def json_object() -> dict[str, Any]:
    """The body of the request at hand as an object; Problem 415, 413 or 400 otherwise."""
    body = json_body()
    try:
        value = loads(body)
    except StrictJSONError as error:
        raise error.kind.at("", error.detail) from None
    if not isinstance(value, dict):
        raise BAD_REQUEST("The body must be a JSON object.", FieldError("", "not_an_object", "An object is expected."))
    return value
