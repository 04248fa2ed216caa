"""What a service told is asked for now and then, and outlives the service."""

import threading
from typing import Any

import pytest

from stackroom_kit.problems import Problem
from ui.pages import remembered
from ui.pages.remembered import KEPT_SECONDS, Remembered
from ui.problems import UPSTREAM_TIMEOUT


class Service:
    """Answers what a test sets: a body, or a status with a code, or a problem that the gateway has with it."""

    def __init__(self) -> None:
        self.answer: Any = (200, {"words": 1})
        self.asked = 0
        self.is_asked, self.may_answer = threading.Event(), threading.Event()
        self.may_answer.set()

    def read_json(self, target: str, seconds: float) -> tuple[int, Any]:
        assert (target, seconds) == ("/api/words", remembered.ASK_SECONDS)
        self.asked += 1
        self.is_asked.set()
        self.may_answer.wait(10)
        if isinstance(self.answer, Problem):
            raise self.answer
        return self.answer  # type: ignore[no-any-return]


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which the test moves."""
    clock = [1000.0]
    monkeypatch.setattr("stackroom_kit.refresh.time.monotonic", lambda: clock[0])
    return clock


def words_of(body: dict[str, Any]) -> int:
    if body["words"] < 0:
        raise ValueError(body)
    return int(body["words"])


def words(service: Service) -> Remembered[int]:
    return Remembered(service, "/api/words", words_of)  # type: ignore[arg-type]


def test_answer_is_kept_and_then_asked_for_again(service: Service, now: list[float]) -> None:
    told = words(service)
    assert [told.get(), told.get(), service.asked] == [1, 1, 1]
    service.answer = (200, {"words": 2})
    now[0] += KEPT_SECONDS
    assert [told.get(), told.get(), service.asked] == [2, 2, 2]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (UPSTREAM_TIMEOUT("late"), "upstream_timeout"),
        ((503, {"code": "database_unavailable"}), "database_unavailable"),
        ((404, {"code": "not_found"}), "unavailable"),
        ((200, {"words": -1}), "bad_upstream_answer"),
    ],
)
def test_last_good_answer_holds_while_there_is_no_other(
    service: Service, now: list[float], answer: Any, code: str
) -> None:
    told, good = words(service), service.answer
    service.answer = answer
    assert (told.get(), told.code, told.get(), service.asked) == (None, code, None, 1)
    service.answer = good
    now[0] += KEPT_SECONDS
    assert (told.get(), told.code) == (1, "")
    service.answer = answer
    now[0] += KEPT_SECONDS
    assert (told.get(), told.code, told.get(), service.asked) == (1, code, 1, 3)


def test_nobody_waits_for_a_slow_service_beside_the_one_that_asks(service: Service, now: list[float]) -> None:
    told = words(service)
    assert told.get() == 1
    now[0] += KEPT_SECONDS
    service.may_answer.clear()
    service.is_asked.clear()
    asking = threading.Thread(target=told.get)
    asking.start()
    try:
        assert service.is_asked.wait(10)
        assert told.get() == 1
    finally:
        service.may_answer.set()
        asking.join()
    assert service.asked == 2


def test_all_wait_for_the_first_answer(service: Service) -> None:
    told, found = words(service), list[Any]()
    threads = [threading.Thread(target=lambda: found.append(told.get())) for _ in range(5)]
    service.may_answer.clear()
    for thread in threads:
        thread.start()
    service.may_answer.set()
    for thread in threads:
        thread.join()
    assert (found, service.asked) == ([1] * 5, 1)
