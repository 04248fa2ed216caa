"""What a slow reader leaves: in order, in bounded space, and where there is none, who waits and who is cut off."""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from stackroom_kit.disk_room import DiskRoom
from stackroom_kit.problems import Problem
from tests.support.gateway.slow_reader import SlowReader
from ui.server.answer_writer import AnswerWriter
from ui.server.client_limits import ClientLimits
from ui.server.spool import MEMORY_BYTES, WAITING, Spool, SpoolSpace

BLOCK = 64 * 1024
MOST = 8 * 1024 * 1024
GRACE, PACE = 60, 4096  # of a reader: twice the one of a sender, and a quarter of the other
LIMITS = ClientLimits(10, GRACE / 2, PACE * 4)


@pytest.fixture
def space(tmp_path: Path) -> SpoolSpace:
    return SpoolSpace(DiskRoom(tmp_path, 0), MOST)


@pytest.fixture
def new_spool(space: SpoolSpace) -> Iterator[Callable[[], Spool]]:
    """By a clock that stands still: no reader is slower than another one."""
    with ExitStack() as stack:
        yield lambda: stack.enter_context(closing(Spool(space, lambda: 0.0)))


@pytest.fixture
def answer_to(space: SpoolSpace) -> Iterator[Callable[..., AnswerWriter]]:
    """An answer to a reader, in space of its own if none is given."""
    with ExitStack() as stack:
        yield lambda reader, own=space: stack.enter_context(
            closing(AnswerWriter(reader, LIMITS, own, lambda: reader.now))
        )


def taken(spool: Spool, size: int) -> bytes:
    """The next ``size`` bytes, by blocks of which the reader takes a part."""
    data = bytearray()
    while len(data) < size:
        part = spool.first()[: min(50_000, size - len(data))]
        assert part, "nothing is left"
        data += part
        spool.drop(len(part))
    return bytes(data)


def test_bytes_come_out_in_the_order_in_which_they_went_in(new_spool: Callable[[], Spool]) -> None:
    spool, sent, got = new_spool(), bytearray(), b""
    for number in range(120):
        block = os.urandom(BLOCK + number)
        assert spool.append(memoryview(block))
        sent += block
        got += taken(spool, len(spool) // 5)
    got += taken(spool, len(spool))
    assert got == sent
    assert (len(spool), spool.first()) == (0, b"")


def test_file_that_was_read_to_its_end_is_written_again_from_its_start(new_spool: Callable[[], Spool]) -> None:
    spool = new_spool()
    for _ in range(3):
        for _ in range(MOST // BLOCK - 4):
            assert spool.append(memoryview(bytes(BLOCK)))
        taken(spool, len(spool))


def fill(spool: Spool, size: int = 2 * MOST) -> bool:
    """Until it has ``size`` bytes, or has no more room: then False."""
    while len(spool) < size:
        if not spool.append(memoryview(bytes(BLOCK))):
            return False
    return True


def test_space_comes_back(new_spool: Callable[[], Spool]) -> None:
    first, second = new_spool(), new_spool()
    assert not fill(first)
    assert MOST <= len(first) <= MOST + MEMORY_BYTES
    first.close()
    assert fill(second, MOST)


def test_slowest_reader_is_ended_where_another_one_needs_its_space(space: SpoolSpace) -> None:
    """Slow is whose rest would take the longest: by what the reader took while it kept the gateway waiting."""
    now = 0.0
    with ExitStack() as stack:
        quick, slower, short, new = (stack.enter_context(closing(Spool(space, lambda: now))) for _ in range(4))
        assert fill(quick, MOST // 2)
        assert fill(slower, MOST // 4)
        assert fill(short, MOST // 8)
        now = 60.0
        taken(quick, MOST // 4)
        taken(slower, MOST // 16)
        taken(short, MOST // 16)
        assert fill(new, MOST * 3 // 8)
        assert [spool.has_ended for spool in (quick, slower, short, new)] == [False, True, False, False]
        assert len(slower) == 0
        assert not fill(new)
        assert [spool.has_ended for spool in (quick, slower, short, new)] == [True, True, True, False]


def test_reader_who_has_taken_all_holds_no_space_and_is_not_ended(space: SpoolSpace) -> None:
    with ExitStack() as stack:
        done, new = (stack.enter_context(closing(Spool(space, lambda: 0.0))) for _ in range(2))
        assert fill(done, MOST)
        taken(done, MOST)
        assert fill(new, MOST)
        assert not done.has_ended


def test_reader_that_is_the_slowest_itself_ends_nobody(space: SpoolSpace) -> None:
    now = 0.0
    with ExitStack() as stack:
        slow, quick = (stack.enter_context(closing(Spool(space, lambda: now))) for _ in range(2))
        assert fill(slow, MOST // 2)
        now = 60.0
        assert fill(quick, MOST // 4)
        assert not fill(slow)
        assert (slow.has_ended, quick.has_ended) == (False, False)


def test_disk_without_room_takes_nothing_and_keeps_what_is_there(tmp_path: Path) -> None:
    block = os.urandom(MEMORY_BYTES)
    with closing(Spool(SpoolSpace(DiskRoom(tmp_path, 2**60), MOST))) as spool:
        assert spool.append(memoryview(block))
        assert not spool.append(memoryview(b"x"))
        assert taken(spool, len(spool)) == block


def test_service_waits_for_no_reader_while_there_is_room(answer_to: Callable[..., AnswerWriter]) -> None:
    reader = SlowReader(bytes_per_second=60 * 1024)
    answer = answer_to(reader)
    blocks = [os.urandom(BLOCK) for _ in range(60)]
    for block in blocks:
        answer.put(block)
    assert reader.now < 1
    answer.flush()
    assert reader.got == b"".join(blocks)


def test_service_waits_where_there_is_no_room_and_all_arrives(
    tmp_path: Path, answer_to: Callable[..., AnswerWriter]
) -> None:
    reader = SlowReader(bytes_per_second=60 * 1024)
    answer = answer_to(reader, SpoolSpace(DiskRoom(tmp_path, 2**60), MOST))
    blocks = [os.urandom(BLOCK) for _ in range(60)]
    for block in blocks:
        answer.put(block)
    assert reader.now > 30
    answer.flush()
    assert reader.got == b"".join(blocks)


def test_one_that_may_not_wait_for_room_is_cut_off_and_the_next_is_told_so(
    tmp_path: Path, answer_to: Callable[..., AnswerWriter]
) -> None:
    reader, space = SlowReader(bytes_per_second=1), SpoolSpace(DiskRoom(tmp_path, 2**60), MOST)
    answer = answer_to(reader, space)
    answer.check_room()
    for _ in range(WAITING):
        assert space.waiting.acquire()
    with pytest.raises(Problem) as refused:
        answer.check_room()
    assert (refused.value.status, refused.value.code) == (503, "disk_low")
    answer.put(bytes(2 * MEMORY_BYTES))
    with pytest.raises(ConnectionResetError):
        answer.put(b"x")
    assert (socket.SOL_SOCKET, socket.SO_LINGER) in reader.options


def test_60_readers_of_little_more_than_the_least_pace_leave_room_for_a_quick_one(
    space: SpoolSpace, answer_to: Callable[..., AnswerWriter]
) -> None:
    readers = [SlowReader(bytes_per_second=PACE + 100) for _ in range(60)]
    answers = [answer_to(reader) for reader in readers]
    for answer in answers:
        for _ in range(MEMORY_BYTES // BLOCK + 2):
            answer.put(bytes(BLOCK))
    for reader in readers:
        reader.now += GRACE / 2
    quick = SlowReader(bytes_per_second=2**20)
    answer = answer_to(quick)
    answer.check_room()
    for _ in range(2 * MOST // BLOCK):
        answer.put(bytes(BLOCK))
    answer.flush()
    assert len(quick.got) == 2 * MOST
    ended = [is_ended(answer) for answer in answers]
    assert any(ended)
    assert [(socket.SOL_SOCKET, socket.SO_LINGER) in reader.options for reader in readers] == ended


def is_ended(answer: AnswerWriter) -> bool:
    try:
        answer.flush()
    except ConnectionResetError:
        return True
    return False


def test_reader_who_was_ended_gets_nothing_of_what_follows(
    space: SpoolSpace, answer_to: Callable[..., AnswerWriter]
) -> None:
    reader, other = SlowReader(bytes_per_second=PACE), SlowReader(bytes_per_second=PACE)
    answer, new = answer_to(reader), answer_to(other)
    for _ in range(MOST // 2 // BLOCK):
        answer.put(bytes(BLOCK))
    reader.now += GRACE / 2
    for _ in range(MOST // BLOCK):
        new.put(bytes(BLOCK))
    got = len(reader.got)
    with pytest.raises(ConnectionResetError):
        answer.put(b"next")
    assert len(reader.got) == got


def test_reader_that_takes_nothing_is_given_up(answer_to: Callable[..., AnswerWriter]) -> None:
    reader = SlowReader(bytes_per_second=0)
    answer = answer_to(reader)
    answer.put(bytes(BLOCK))
    with pytest.raises(TimeoutError):
        answer.flush()
    assert reader.now == pytest.approx(GRACE, abs=1)
