"""What a supervisor reads of a part's log."""

from pathlib import Path

import pytest

from deploy.local import logs
from deploy.local.logs import PartLog, last_lines


def append(path: Path, text: str) -> None:
    with path.open("a") as file:
        file.write(text)


def test_log_shows_only_loud_lines_that_are_new(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    append(path, "10:00 ERROR a before\n")
    log = PartLog(path)
    append(path, "10:01 INFO a quiet\n10:02 WARNING a loud\n")
    assert log.loud_lines() == ["10:02 WARNING a loud"]
    assert log.loud_lines() == []


def test_log_waits_for_the_end_of_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.touch()
    log = PartLog(path)
    append(path, "10:00 ERR")
    assert log.loud_lines() == []
    append(path, "OR a b\n")
    assert log.loud_lines() == ["10:00 ERROR a b"]


def test_log_starts_again_when_it_is_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LIMIT", 10)
    path = tmp_path / "a.log"
    path.touch()
    log = PartLog(path)
    append(path, "0123456789\n")
    assert log.new_lines() == ["0123456789"]
    assert path.stat().st_size == 0
    assert (tmp_path / "a.log.1").read_text() == "0123456789\n"
    append(path, "next\n")
    assert log.new_lines() == ["next"]


def test_last_lines_leave_empty_ones_out(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    append(path, "one\n\ntwo\n\n\nthree\n")
    assert last_lines(path, 2) == ["two", "three"]
    assert last_lines(tmp_path / "none.log") == []
