"""The place in the list of batches where a page ends: when its last batch was made, and which it is."""

import datetime

from stackroom_kit.cursor import bad_cursor, decode_cursor


def place_behind(cursor: str | None) -> tuple[datetime.datetime | None, str | None]:
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
