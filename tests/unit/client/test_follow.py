"""Server-sent events from bytes."""

import pytest

from stackroom_client.errors import TransientError
from stackroom_client.follow import LONGEST_LINE, Event, events, lines

STREAM = (
    b'retry: 1000\n\n: heartbeat\n\nevent: batch\r\ndata: {"state":\r\ndata:  "done"}\r\n\r\nevent: end\ndata: {}\n\n'
)


@pytest.mark.parametrize("block", [1, 2, 7, 1000])
def test_events_are_the_same_however_the_bytes_arrive(block: int) -> None:
    blocks = [STREAM[at : at + block] for at in range(0, len(STREAM), block)]
    assert list(events(lines(blocks))) == [Event("batch", {"state": "done"}), Event("end", {})]


def test_event_that_was_cut_is_none() -> None:
    assert list(events(lines([b'event: batch\ndata: {"state": "done"}\n']))) == []


@pytest.mark.parametrize("data", [b"data: nonsense\n\n", b"data: []\n\n", b"data: \xff\n\n"])
def test_data_that_is_no_object_is_trouble(data: bytes) -> None:
    with pytest.raises(TransientError):
        list(events(lines([data])))


def test_line_without_end_is_trouble_before_it_fills_the_memory() -> None:
    endless = (b"x" * 65536 for _ in iter(int, 1))
    with pytest.raises(TransientError, match="without end"):
        list(lines(endless))
    assert LONGEST_LINE < 2**24
