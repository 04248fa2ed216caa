"""Slots for long bodies: shared by all processes, and one at a time for a key."""

import io
import multiprocessing
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from ui.proxy.body import GZIP_MAGIC, bytes_to_read
from ui.proxy.turns import SHORT_BYTES, Turns


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


class Asker:
    """A thread that asks for a turn and holds it until it is told to end."""

    def __init__(self, turns: Turns, key: str | None = None) -> None:
        self.has_slot, self._is_over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._ask, args=(turns, key), daemon=True)
        self._thread.start()

    def _ask(self, turns: Turns, key: str | None) -> None:
        with turns.held(key):
            self.has_slot.set()
            self._is_over.wait(20)

    def end(self) -> None:
        self._is_over.set()
        self._thread.join(20)


Ask = Callable[..., Asker]


@pytest.fixture
def ask() -> Iterator[Ask]:
    with ExitStack() as askers:

        def made(turns: Turns, key: str | None = None) -> Asker:
            asker = Asker(turns, key)
            askers.callback(asker.end)
            return asker

        yield made


def test_as_many_hold_a_slot_as_there_are_and_the_others_follow_in_their_order(ask: Ask) -> None:
    turns = Turns("test", 2)
    askers = [ask(turns) for _ in range(2)]
    for asker in askers:
        assert asker.has_slot.wait(10)
    waiting = [ask(turns)]
    assert not waiting[0].has_slot.wait(0.3)
    waiting.append(ask(turns))
    askers[1].end()
    assert waiting[0].has_slot.wait(10)
    assert not waiting[1].has_slot.is_set()
    askers[0].end()
    assert waiting[1].has_slot.wait(10)


def _hold(answer: Connection) -> None:
    with Turns("test", 1).held(None):
        answer.send("mine")
        answer.recv()  # until this process is ended


def test_slots_are_shared_by_processes_and_one_that_is_killed_gives_its_own_back(ask: Ask) -> None:
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_hold, args=(theirs,), daemon=True)
    process.start()
    assert ours.recv() == "mine"
    asker = ask(Turns("test", 1))
    assert not asker.has_slot.wait(0.3)
    process.kill()
    process.join()
    assert asker.has_slot.wait(10)


def test_repeat_under_its_key_waits_for_the_first_and_takes_no_slot_of_others(ask: Ask) -> None:
    turns = Turns("test", 2)
    first = ask(turns, "a")
    assert first.has_slot.wait(10)
    again, another = ask(turns, "a"), ask(turns, "b")
    assert another.has_slot.wait(10)
    assert not again.has_slot.is_set()
    another.end()
    assert not again.has_slot.wait(0.3)
    first.end()
    assert again.has_slot.wait(10)


def test_slot_is_given_back_after_an_error() -> None:
    turns = Turns("test", 1)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), turns.held("a"):
            raise ZeroDivisionError


MOST = 10**9


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", 0),
        (b"id,name\n1,a\n", 12),
        (GZIP_MAGIC + b"\x08" + b"x" * 9, MOST),
        (b"--x\r\nContent-Type: text/csv\r\n\r\n" + GZIP_MAGIC, MOST),
    ],
)
@pytest.mark.parametrize("kind", [bytes, io.BytesIO])
def test_what_may_be_compressed_counts_as_the_most_that_it_may_hold(
    body: bytes, expected: int, kind: Callable[[bytes], bytes | io.BytesIO]
) -> None:
    sent = kind(body)
    assert bytes_to_read(sent, len(body), MOST) == expected
    assert isinstance(sent, bytes) or sent.read() == body
    assert SHORT_BYTES < MOST
