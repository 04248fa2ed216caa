"""How long a worker goes on calling an importer that does not answer."""

from pathlib import Path

from stackroom_jobs.worker.lifecycle import STOP_SECONDS, Deadline, StopFlag


def test_deadline_leaves_its_seconds() -> None:
    deadline = Deadline(100)
    assert deadline.leaves(99)
    assert not deadline.leaves(101)


def test_worker_that_is_told_to_end_gives_up_soon(tmp_path: Path) -> None:
    flag = StopFlag(tmp_path / "stop")
    deadline = Deadline(100, flag)
    assert deadline.leaves(50)
    flag.set()
    assert deadline.leaves(STOP_SECONDS - 1)
    assert not deadline.leaves(STOP_SECONDS + 1)
