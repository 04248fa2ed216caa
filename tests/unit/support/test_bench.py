"""What ``make bench`` makes of its figures, and that its peers do the same work as we do."""

from pathlib import Path

import pytest

from stackroom_jobs.normalize import normalize
from stackroom_jobs.records import Record
from tests.bench.peers.work import normalized
from tests.bench.report import END, PAGE, START, markdown, put
from tests.bench.results import Results, Row, Table


def results() -> Results:
    run = {"date": "2026-01-02", "commit": "abc", "repetitions": "5", "scale": "1", "whole": "True", "minutes": "9.1"}
    machine = {"processor": "P", "cores": "2", "memory": "8 GiB", "system": "Linux"}
    found = Results(machine, {"Python": "3.11.7"}, run)
    found.rows += [Row("reads", "2/s", "1/s", 2.0, 1.5), Row("memory", "9 MB", "", 9.0, 8, is_limit=True)]
    found.tables.append(Table("Growth", ("rows", "2"), [("1,000", "7 k/s")]))
    return found


@pytest.mark.parametrize(
    ("ratio", "target", "is_limit", "is_met"),
    [
        (2.0, 1.5, False, True),
        (1.4, 1.5, False, False),
        (1.4, 1.5, True, True),
        (2, 1.5, True, False),
        (2, None, False, None),
    ],
)
def test_row_is_met_by_its_target(ratio: float, target: float | None, is_limit: bool, is_met: bool | None) -> None:
    assert Row("what", "", "", ratio, target, is_limit).is_met is is_met


def test_results_come_back_from_their_file(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    results().save(path)
    assert Results.load(path) == results()


def test_report_replaces_what_stands_between_the_marks(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{START}\nold\n{END}\nafter\n", encoding="utf-8")
    put(page, markdown(results()))
    text = page.read_text(encoding="utf-8")
    assert text.startswith("before\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert "| reads | 2/s | 1/s | 2.00 | ≥ 1.5 | met |" in text
    assert "| memory | 9 MB |  | 9.00 | ≤ 8 | missed |" in text
    assert "1 of 2 targets met" in text


def test_page_has_its_marks() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert text.index(START) < text.index(END)


@pytest.mark.parametrize("payload", [" Hello ", "  Книга\u0301 ÉÇ\t", "e\u0301", "", "\u2003İ"])
def test_peers_do_the_work_that_we_do(payload: str) -> None:
    ours = normalize(Record(7, payload))
    theirs = {name: getattr(ours, name) for name in ours.__struct_fields__}
    assert normalized({"id": 7, "payload": payload}) == theirs
