"""Texts that files and forms may bring: of every plane of Unicode, and full of what other readers trip over."""

import json
import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from catalog.crud.body import FORBIDDEN
from stackroom_kit.texts import SPACES

ROWS = 40  # of one round trip, so that many texts go in few calls
EXAMPLES = int(os.environ.get("ROUND_TRIP_EXAMPLES", "200"))
TRIPS = settings(
    max_examples=max(1, EXAMPLES // ROWS), deadline=None, database=None, derandomize=True,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
_ODD = "'\"=+-@,;|\t\r\n \\/%_{}[]:<>&\uff1d\uff0b\uff0d\uff20\u0301\u0306Ё\u0438\u0958\U0001f600" + SPACES
_STORABLE = st.characters(exclude_categories=["Cs"], exclude_characters="\0").filter(
    lambda one: not FORBIDDEN.match(one)
)
_CHARACTERS = st.one_of(st.sampled_from(_ODD), st.sampled_from("=+-@'"), _STORABLE)
_FORMULAS = st.sampled_from(
    ["=2+5", "'=x", "''", "'", "y;=2+5", "\n=1", "a\r\n-b", '"=1', "\u00a0x\u2009", "null", "NULL"]
)


def texts(max_length: int) -> st.SearchStrategy[str]:
    """Composing may make three characters of one, so a third of the column is filled."""
    return st.one_of(st.text(_CHARACTERS, max_size=max_length // 3), _FORMULAS)


def rows(*max_lengths: int) -> st.SearchStrategy[list[tuple[str, ...]]]:
    """``ROWS`` rows with a text for each column."""
    return st.lists(st.tuples(*map(texts, max_lengths)), min_size=ROWS, max_size=ROWS)


def ndjson(records: list[dict[str, object]]) -> bytes:
    return "\n".join(map(json.dumps, records)).encode()
