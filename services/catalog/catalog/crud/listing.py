"""Which rows of a list are asked for: search, order, page."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Any

from flask import request

from catalog.crud.schema import INT32
from catalog.problems import NEEDS_LIMIT
from stackroom_kit.arguments import (
    choice_argument,
    integer_argument,
    text_argument,
)
from stackroom_kit.csv import DELIMITERS
from stackroom_kit.cursor import bad_cursor, decode_cursor, encode_cursor
from stackroom_kit.texts import normal_text

MAX_LIMIT = 1000
MAX_CURSOR = 4000
FORMATS = ("json", "csv")
_ID = re.compile(r"-?[0-9]{1,10}", re.ASCII)


@dataclasses.dataclass(frozen=True)
class Listing:
    """``limit`` None means all rows; ``after`` is the sort value and the id of the last row of the page before.

    ``search`` is a text in its normal form.
    """

    limit: int | None
    after: tuple[Any, int] | None
    search: str | None
    sort: str
    is_descending: bool

    @property
    def searched_id(self) -> int | None:
        """The id that is searched for, where the text is one. The whole of it: a part of an id names nothing."""
        if self.search is None or not _ID.fullmatch(self.search) or int(self.search) not in INT32:
            return None
        return int(self.search)


def listing_of_request(sortable: Mapping[str, type]) -> Listing:
    """``sortable`` are the columns and their types. Problem 400 for a parameter that is unknown or wrong."""
    words = [f"{sign}{name}" for name in sortable for sign in ("", "-")]
    word = choice_argument("sort", "id", words) or "id"
    sort, is_descending = word.removeprefix("-"), word.startswith("-")
    limit = integer_argument("limit", None, 1, MAX_LIMIT)
    after = _after(text_argument("after", max_length=MAX_CURSOR), sort, sortable[sort])
    if after is not None and limit is None:
        raise NEEDS_LIMIT.at("?after", "after goes together with limit.")
    return Listing(limit, after, normal_text(text_argument("q") or ""), sort, is_descending)


def csv_delimiter() -> str | None:
    """The delimiter where the list is wanted as CSV, by ``format`` or else by the request's Accept; None for JSON."""
    delimiter = choice_argument("delimiter", ",", DELIMITERS)
    accepted = request.accept_mimetypes.best_match(["application/json", "text/csv"], "application/json")
    wanted = choice_argument("format", None, FORMATS) or ("csv" if accepted == "text/csv" else "json")
    return delimiter if wanted == "csv" else None


def _after(cursor: str | None, sort: str, kind: type) -> tuple[Any, int] | None:
    """An id where the list is ordered by id, so that people can write it by hand; else what ``cursor_of`` made."""
    if cursor is None:
        return None
    if sort == "id":
        if not _ID.fullmatch(cursor):
            raise bad_cursor()
        return int(cursor), int(cursor)
    name, value, row_id = decode_cursor(cursor, str, kind, int)
    if name != sort:
        raise bad_cursor()
    return value, row_id


def cursor_of(sort: str, value: Any, row_id: int) -> str | int:
    """The ``next`` of a page that ends with this row."""
    return row_id if sort == "id" else encode_cursor(sort, value, row_id)
