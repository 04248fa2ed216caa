"""What a worker tells the importer of the operations that it brings, when, and what it logs of the answer."""

import logging

import msgspec
import pytest

from stackroom_jobs.operation import Operation, describe
from stackroom_jobs.operations import OPERATIONS
from stackroom_jobs.protocol import CONTRACT_VERSION, Heartbeat, Registered, Registration
from stackroom_jobs.worker import registrar
from stackroom_jobs.worker.client import WorkerAPIError
from stackroom_jobs.worker.registrar import Registrar, brought

BEAT = Heartbeat("w1", "host", CONTRACT_VERSION, ["io"], 1, ["count_words"], {}, incarnation="aa")


class Text(msgspec.Struct):
    payload: str


class Words(msgspec.Struct):
    words: int


COUNT_WORDS = describe("count_words", Text, Words, queue="io")


class Importer:
    """Notes what it is told, and answers what a test says."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.refused: dict[str, str] = {}
        self.is_away = False

    def heartbeat(self, beat: Heartbeat) -> None:
        assert type(beat) is Heartbeat
        self._note("heartbeat")

    def register(self, beat: Registration) -> Registered:
        assert beat.described == [COUNT_WORDS.description]
        assert (beat.worker, beat.incarnation, beat.operations) == ("w1", "aa", ["count_words"])
        self._note("register")
        return Registered(self.refused)

    def _note(self, word: str) -> None:
        if self.is_away:
            raise WorkerAPIError("away")
        self.told.append(word)


def registrar_of(importer: Importer, *operations: Operation) -> Registrar:
    return Registrar(importer, brought(operations))  # type: ignore[arg-type]


def test_first_heartbeat_registers_and_then_one_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    importer = Importer()
    made = registrar_of(importer, COUNT_WORDS)
    for _ in range(3):
        made.say(BEAT)
    monkeypatch.setattr(registrar, "REGISTER_SECONDS", 0.0)
    made._due = 0.0
    made.say(BEAT)
    made.say(BEAT)
    assert importer.told == ["register", "heartbeat", "heartbeat", "register", "register"]


def test_worker_registers_anew_once_it_is_heard_again() -> None:
    importer = Importer()
    made = registrar_of(importer, COUNT_WORDS)
    made.say(BEAT)
    for away in (True, True, False, False):
        importer.is_away = away
        if away:
            with pytest.raises(WorkerAPIError):
                made.say(BEAT)
        else:
            made.say(BEAT)
    assert importer.told == ["register", "register", "heartbeat"]


@pytest.mark.parametrize("operations", [[], OPERATIONS.values(), [OPERATIONS["normalize_record"]]])
def test_worker_that_brings_nothing_only_beats(operations: list[Operation]) -> None:
    importer = Importer()
    registrar_of(importer, *operations).say(BEAT)
    assert importer.told == ["heartbeat"]


def test_other_operation_under_a_built_in_name_is_told() -> None:
    """The importer refuses it, and says why."""
    forged = describe("normalize_record", Text, Words)
    assert brought([forged, OPERATIONS["normalize_record"]]) == [forged.description]


def test_each_sentence_is_logged_once_and_once_that_it_holds_no_more(caplog: pytest.LogCaptureFixture) -> None:
    importer = Importer()
    made = registrar_of(importer, COUNT_WORDS)
    with caplog.at_level(logging.INFO):
        for refused in ({"count_words": "another has version 2"}, {"count_words": "another has version 2"}, {}, {}):
            importer.refused = refused
            made._due = 0.0
            made.say(BEAT)
    assert [record.getMessage() for record in caplog.records] == [
        "this worker may not serve count_words: another has version 2",
        "this worker serves count_words now",
    ]
