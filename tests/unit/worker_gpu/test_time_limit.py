"""How long a video may take."""

import dataclasses
import time
from pathlib import Path
from typing import cast

import pytest

from stackroom_jobs.context import Context, Stopped
from stackroom_jobs.operations import OPERATIONS
from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.settings import WorkerSettings
from stackroom_jobs.worker.lifecycle import StopFlag
from tests.support.workers.local_media import LocalMedia
from worker_gpu.video import time_limit
from worker_gpu.video.frames import Frames
from worker_gpu.video.time_limit import VideoTimeLimit


@dataclasses.dataclass
class Length:
    """As much of Frames as is asked: seconds that the header tells, seconds and frames that are decoded."""

    duration: float | None
    end: float
    count: int = 0


def waiting(tmp_path: Path, duration: float | None, end: float = 0.0) -> VideoTimeLimit:
    context = Context(WorkerSettings(), {}, StopFlag(tmp_path / "stop"), LocalMedia(tmp_path))
    return VideoTimeLimit(cast("Frames", Length(duration, end)), context, time.monotonic())


def test_allowed_time_grows_with_the_video_up_to_the_hard_limit(tmp_path: Path) -> None:
    limit = OPERATIONS["process_video"].time_limit
    assert limit is not None
    assert waiting(tmp_path, 10.0).allowed() == 340
    assert waiting(tmp_path, None).allowed() == 300
    assert waiting(tmp_path, 1.0, end=3600.0).allowed() == 14_700
    assert waiting(tmp_path, 1e9).allowed() == 0.75 * limit


def test_slow_video_is_timed_out_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_limit, "LEAST_SECONDS", -1.0)
    with pytest.raises(RecordError, match="not done after 0 s") as caught:
        waiting(tmp_path, None).look()
    assert caught.value.code == "timed_out"


def test_worker_that_is_to_end_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "stop").touch()
    with pytest.raises(Stopped):
        waiting(tmp_path, 10.0).look()


def test_frames_that_come_are_a_sign_of_life_and_waiting_for_them_is_none(tmp_path: Path) -> None:
    """Or a decoder that hangs would be waited for as long as somebody looks."""
    length = Length(10.0, 0.0)
    context = Context(WorkerSettings(), {}, StopFlag(tmp_path / "stop"), LocalMedia(tmp_path))
    waits = VideoTimeLimit(cast("Frames", length), context, time.monotonic())
    context.lived_at = long_ago = time.monotonic() - 100
    waits.look()
    assert context.lived_at == long_ago
    length.count = 1
    waits.look()
    assert context.lived_at > long_ago
    context.lived_at = long_ago
    waits.look()
    assert context.lived_at == long_ago
