"""What a person sees while a batch runs."""

import io
import sys
from typing import Any

import pytest

from stackroom_client.batch import Batch
from stackroom_client.terminal import Terminal


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def batch(**fields: Any) -> Batch:
    known = {"id": "b", "operation": "process_video", "queue": "gpu", "state": "running", "rows": 2}
    return Batch({**known, "outcomes": {"ok": 0, "pending": 2}, **fields})


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"progress": 0.37}, [" 37%", "0/2"]),
        ({"outcomes": {"ok": 1, "pending": 1}}, [" 50%", "1/2"]),
        (
            {"progress": 1.0, "outcomes": {"ok": 2, "pending": 0}, "records_per_second": 3.0},
            ["100%", "2/2", "records/s"],
        ),
        ({"at_hand": {"current": 1200, "total": 3000, "unit": "pages"}}, ["1,200 of 3,000 pages"]),
        ({"at_hand": {"current": 1, "total": 3}}, ["1 of 3"]),
    ],
)
def test_bar_moves_within_a_long_record(monkeypatch: pytest.MonkeyPatch, fields: Any, shown: list[str]) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with Terminal().batch_bar() as bar:
        bar.show(batch(**fields))
        text = screen.getvalue()
    assert all(part in text for part in shown), text
