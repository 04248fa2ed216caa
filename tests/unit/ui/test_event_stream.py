"""The events of a batch, from answers that the test decides."""

import json
from typing import Any, cast

import pytest

from stackroom_kit.problems import Problem
from ui.events import stream
from ui.proxy.upstream import Upstream

RUNNING = {"id": "b", "state": "running", "rows": 2}
DONE = {"id": "b", "state": "done", "rows": 2}
NOWHERE = cast("Upstream", None)


def events_of(monkeypatch: pytest.MonkeyPatch, looks: list[Any], first: dict[str, Any] = RUNNING) -> list[str]:
    """What is sent when the importer answers ``looks`` one after the other; an exception is raised."""
    answers = iter(looks)

    def read_batch(_importer: Upstream, _batch_id: str) -> dict[str, Any]:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return cast("dict[str, Any]", answer)

    monkeypatch.setattr(stream, "read_batch", read_batch)
    monkeypatch.setattr(stream, "LOOK_SECONDS", 0)
    return [block.decode() for block in stream.batch_events(NOWHERE, "b", first)]


def test_stream_says_each_change_once_and_ends_at_the_final_state(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = events_of(monkeypatch, [RUNNING, RUNNING, DONE])
    assert sent[0].startswith("retry: ")
    assert [json.loads(block.split("data: ")[1])["state"] for block in sent[1:3]] == ["running", "done"]
    assert sent[3:] == ["event: end\ndata: {}\n\n"]


def test_stream_of_a_finished_batch_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(events_of(monkeypatch, [], DONE)) == 3


def test_stream_goes_on_when_the_importer_is_away_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    away = Problem(502, "upstream_unreachable", "away")
    sent = events_of(monkeypatch, [away, away, RUNNING, DONE])
    assert [block.split("\n")[0] for block in sent[1:]] == [
        "event: batch", "event: problem", "event: batch", "event: batch", "event: end",
    ]  # fmt: skip


@pytest.mark.parametrize("gone", [Problem(404, "not_found", "gone"), Problem(410, "batch_expired", "deleted")])
def test_stream_ends_when_the_batch_is_gone(monkeypatch: pytest.MonkeyPatch, gone: Problem) -> None:
    assert events_of(monkeypatch, [gone])[-1].startswith("event: end")


def test_stream_beats_while_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "HEARTBEAT_SECONDS", 0)
    assert ": heartbeat\n\n" in events_of(monkeypatch, [RUNNING, DONE])


def test_stream_ends_when_the_process_is_asked_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "is_stopping", lambda: True)
    assert len(events_of(monkeypatch, [])) == 2
