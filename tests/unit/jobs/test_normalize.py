"""The normal form of a payload, and its lengths in characters."""

import pytest

from stackroom_jobs.normalize import normalize
from stackroom_jobs.records import Record


@pytest.mark.parametrize(
    ("payload", "normal", "original", "trimmed"),
    [
        ("  Hello ", "hello", 8, 5),
        ("", "", 0, 0),
        (" \t\n ", "", 4, 0),
        ("КНИГА", "книга", 5, 5),
        ("E\u0301tude", "\u00e9tude", 6, 6),
        ("\u00a0x\u2003", "x", 3, 1),
        ("İ", "i\u0307", 1, 1),
        ("\U0001f4da", "\U0001f4da", 1, 1),
    ],
)
def test_payload_is_composed_stripped_and_lowered(payload: str, normal: str, original: int, trimmed: int) -> None:
    done = normalize(Record(7, payload))
    assert (done.id, done.normalized_payload, done.original_length) == ("7", normal, original)
    assert done.trimmed_length == trimmed
