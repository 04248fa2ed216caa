"""A cursor gives back what it was made of, and nothing else is taken for one."""

import base64

import pytest

from stackroom_kit.cursor import decode_cursor, encode_cursor
from stackroom_kit.problems import Problem


@pytest.mark.parametrize("values", [("name", "Ж, \" '", 7), (12, "a/b"), ("", -1)])
def test_cursor_gives_back_its_values(values: tuple[str | int, ...]) -> None:
    cursor = encode_cursor(*values)
    assert cursor.replace("-", "").replace("_", "").isalnum()
    assert tuple(decode_cursor(cursor, *map(type, values))) == values


def packed(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "", "é", "a", "!!!!", "ab cd", encode_cursor("a"), encode_cursor("a", "b"), encode_cursor(1, 1), packed(b"[1"),
        packed(b'{"a": 1}'), packed(b'["a", true]'), packed(b'["a", 1.5]'), packed(b'["\xff", 1]'), packed(b"[" * 5000),
    ],
)  # fmt: skip
def test_what_was_not_made_here_is_refused(cursor: str) -> None:
    with pytest.raises(Problem) as caught:
        decode_cursor(cursor, str, int)
    assert (caught.value.status, caught.value.code) == (400, "bad_cursor")
