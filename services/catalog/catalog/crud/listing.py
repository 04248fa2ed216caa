"""Which rows of a list are asked for: search, order, page."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from flask import request

from catalog.problems import NEEDS_LIMIT
from stackroom_kit.arguments import (
    choice_argument,
    integer_argument,
    text_argument,
)
from stackroom_kit.csv import DELIMITERS
from stackroom_kit.cursor import bad_cursor, decode_cursor, encode_cursor
from stackroom_kit.schema import Field
from stackroom_kit.texts import normal_text

MAX_LIMIT = 1000
MAX_CURSOR = 4000
FORMATS = ("json", "csv")
_ID = re.compile(r"-?[0-9]{1,19}", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Listing:
    """``limit`` None means all rows; ``after`` is the sort value and the id of the last row of the page before.

    ``search`` is a text in its normal form, ``searched_id`` the id that it may be. The whole of it: a part of an id
    names nothing.
    """

    limit: int | None
    after: tuple[Any, int] | None
    search: str | None
    sort: str
    is_descending: bool
    searched_id: int | None = None


def id_of(text: str, field: Field) -> int | None:
    """The id that a text is, where a row may have it."""
    if not _ID.fullmatch(text):
        return None
    low, high = field.minimum, field.maximum
    return int(text) if low is not None and high is not None and low <= int(text) <= high else None


def listing_of_request(sortable: Mapping[str, Field]) -> Listing:
    """``sortable`` are the fields of the columns. Problem 400 for a parameter that is unknown or wrong."""
    words = [f"{sign}{name}" for name in sortable for sign in ("", "-")]
    word = choice_argument("sort", "id", words) or "id"
    sort, is_descending = word.removeprefix("-"), word.startswith("-")
    limit = integer_argument("limit", None, 1, MAX_LIMIT)
    after = _after(text_argument("after", max_length=MAX_CURSOR), sort, sortable)
    if after is not None and limit is None:
        raise NEEDS_LIMIT.at("?after", "after goes together with limit.")
    search = normal_text(text_argument("q") or "")
    searched_id = None if search is None else id_of(search, sortable["id"])
    return Listing(limit, after, search, sort, is_descending, searched_id)


def csv_delimiter() -> str | None:
    """The delimiter where the list is wanted as CSV, by ``format`` or else by the request's Accept; None for JSON."""
    delimiter = choice_argument("delimiter", ",", DELIMITERS)
    accepted = request.accept_mimetypes.best_match(["application/json", "text/csv"], "application/json")
    wanted = choice_argument("format", None, FORMATS) or ("csv" if accepted == "text/csv" else "json")
    return delimiter if wanted == "csv" else None


def _after(cursor: str | None, sort: str, sortable: Mapping[str, Field]) -> tuple[Any, int] | None:
    """An id where the list is ordered by id, so that people can write it by hand; else what ``cursor_of`` made."""
    if cursor is None:
        return None
    if sort == "id":
        row_id = id_of(cursor, sortable["id"])
        if row_id is None:
            raise bad_cursor()
        return row_id, row_id
    name, value, row_id = decode_cursor(cursor, str, sortable[sort].annotation, sortable["id"].annotation)
    if name != sort:
        raise bad_cursor()
    return value, row_id


def cursor_of(sort: str, value: Any, row_id: int) -> str | int:
    """The ``next`` of a page that ends with this row."""
    return row_id if sort == "id" else encode_cursor(sort, value, row_id)
