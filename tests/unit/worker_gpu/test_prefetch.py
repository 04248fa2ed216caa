"""An iterator that runs ahead in its own thread."""

import threading
from collections.abc import Iterator

import pytest

from tests.support.waiting import wait_until
from worker_gpu.shots.prefetch import Prefetcher


def nothing() -> None:
    pass


def test_items_come_in_order_and_the_work_is_timed() -> None:
    with Prefetcher(iter(range(100)), 3, nothing) as fetched:
        assert list(fetched) == list(range(100))
    assert fetched.seconds > 0


def test_no_more_items_are_made_than_may_wait() -> None:
    made: list[int] = []
    go_on = threading.Event()

    def items() -> Iterator[int]:
        for number in range(50):
            made.append(number)
            yield number

    def look() -> None:
        go_on.wait()

    with Prefetcher(items(), 4, look) as fetched:
        wait_until(lambda: len(made) == 5, 5, "four to wait and one in hand")
        go_on.set()
        assert len(list(fetched)) == 50


def test_error_of_the_iterator_reaches_the_reader_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise KeyError("gone")

    with Prefetcher(items(), 2, nothing) as fetched:
        reader = iter(fetched)
        assert next(reader) == 1
        with pytest.raises(KeyError, match="gone"):
            next(reader)


def test_reader_that_goes_away_ends_the_thread() -> None:
    def forever() -> Iterator[int]:
        while True:
            yield 1

    before = threading.active_count()
    with Prefetcher(forever(), 2, nothing) as fetched:
        assert next(iter(fetched)) == 1
    assert threading.active_count() == before


def test_look_is_heard_while_nothing_comes() -> None:
    asked = threading.Event()

    def slow() -> Iterator[int]:
        asked.wait(30)
        yield 1

    looks = iter([None, None])

    def look() -> None:
        if next(looks, "enough") == "enough":
            asked.set()
            raise TimeoutError

    with pytest.raises(TimeoutError), Prefetcher(slow(), 2, look) as fetched:
        list(fetched)
