"""``GET /batches``: batches, newest first, in pages."""

import datetime

from flask import Response

from importer.batches.answers import BatchList
from importer.batches.view import batch_view
from importer.ledger.batch import list_batches as read_batches
from importer.ledger.states import BatchState
from importer.services import services
from stackroom_kit.api import Api, json_answer, json_of
from stackroom_kit.arguments import (
    choice_argument,
    choice_parameter,
    integer_argument,
    integer_parameter,
    text_argument,
    text_parameter,
)
from stackroom_kit.authorization import require_somebody
from stackroom_kit.cursor import BAD_CURSOR, bad_cursor, decode_cursor, encode_cursor
from stackroom_sql.problems import DATABASE_PROBLEMS

MAX_PAGE = 200
BOOLEANS = ("true", "false")
FILTERS = (
    integer_parameter("limit", "Batches of a page.", 50, 1, MAX_PAGE),
    text_parameter("after", "The `next` of the page before."),
    *(text_parameter(name, f"Only batches with this {name}.") for name in ("operation", "source", "queue")),
    choice_parameter("mine", "Only batches of whoever asks.", "false", BOOLEANS),
    choice_parameter("state", "Only batches in this state.", None, tuple(BatchState)),
)
api = Api("batch_list", __name__, "/api/importer/batches", tag="batches")


@api.call(
    "GET",
    "",
    right="reader",
    parameters=FILTERS,
    answers={200: json_of(BatchList, "A page.")},
    problems=(BAD_CURSOR, *DATABASE_PROBLEMS),
)
def list_batches() -> Response:
    """Batches, newest first.

    ``next`` is the ``after`` of the following page, or null.
    """
    limit = integer_argument("limit", 50, 1, MAX_PAGE) or 50
    after_time, after_id = _place_behind(text_argument("after"))
    filters = {
        "after_time": after_time,
        "after_id": after_id,
        "operation": text_argument("operation"),
        "source": text_argument("source"),
        "queue": text_argument("queue"),
        "actor_id": require_somebody().id if choice_argument("mine", "false", BOOLEANS) == "true" else None,
        "state": choice_argument("state", None, tuple(BatchState)),
        "limit": limit + 1,
    }
    here = services()
    rows = read_batches(here.engine, filters, here.settings.lease_seconds)
    last = rows[limit - 1] if len(rows) > limit else None
    following = encode_cursor(last.created_at.isoformat(), last.id) if last else None
    return json_answer(BatchList([batch_view(row) for row in rows[:limit]], following))


def _place_behind(cursor: str | None) -> tuple[datetime.datetime | None, str | None]:
    """Time and id of the last batch of the page before. Problem 400."""
    if cursor is None:
        return None, None
    time, batch_id = decode_cursor(cursor, str, str)
    try:
        created_at = datetime.datetime.fromisoformat(time)
    except ValueError:
        raise bad_cursor() from None
    if created_at.tzinfo is None or not batch_id.isalnum():
        raise bad_cursor()
    return created_at, batch_id
