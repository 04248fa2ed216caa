"""The opaque place in the list of batches where a page ends."""

import base64
import binascii
import datetime

from stackroom_kit.arguments import wrong_argument

CURSOR_PROBLEMS = {400: ("bad_cursor",)}


def encode_cursor(created_at: datetime.datetime, batch_id: str) -> str:
    return base64.urlsafe_b64encode(f"{created_at.isoformat()} {batch_id}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None) -> tuple[datetime.datetime | None, str | None]:
    """Time and id of the last batch of the page before; 400 for what was not made here."""
    if cursor is None:
        return None, None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        time, _, batch_id = base64.b64decode(padded, altchars=b"-_", validate=True).decode().partition(" ")
        created_at = datetime.datetime.fromisoformat(time)
    except (binascii.Error, ValueError):
        raise wrong_argument("after", "bad_cursor", "after must be the next of an earlier answer.") from None
    if created_at.tzinfo is None or not batch_id.isalnum():
        raise wrong_argument("after", "bad_cursor", "after must be the next of an earlier answer.")
    return created_at, batch_id
