"""Made files: each container whole, cut, with a hole, with a stray time stamp; and whole ones that look odd."""

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from stackroom_jobs.context import Context
from stackroom_jobs.videos import VideoResult
from stackroom_jobs.worker.lifecycle import StopFlag
from tests.support.videos.containers import CONTAINERS, cut, frames_in, with_loss, with_zeros, write_container
from tests.support.videos.shots import Worker
from tests.support.workers.local_media import LocalMedia
from worker_gpu.settings import GpuWorkerSettings

STRAY = 900_000  # frames: ten hours
NO_STRAYS = {"a.avi", "h264.flv"}  # an AVI's frames have no times, an FLV's little room for times out of order
# Its table of frames stands at the end.
UNREADABLE = {("plain.mp4", kind) for kind in ("30 %", "50 %", "70 %", "95 %", "loss")}
DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    **{f"{percent} %": functools.partial(cut, percent=percent) for percent in (30, 50, 70, 95)},
    "zeros": with_zeros,
    "loss": with_loss,
}


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Worker:
    """Without a model, whether one is installed or not."""
    monkeypatch.setattr("worker_gpu.operations.process_video.is_installed", lambda: False)
    return Worker(tmp_path, Context(GpuWorkerSettings(), {}, StopFlag(tmp_path / "stop"), LocalMedia(tmp_path)))


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    """The bytes of each container, made once."""
    folder = tmp_path_factory.mktemp("containers")
    return functools.cache(lambda name: write_container(folder / name, name).read_bytes())


def found_in(worker: Worker, name: str, data: bytes) -> VideoResult:
    (worker.media / name).write_bytes(data)
    return worker.process(name)


@pytest.mark.parametrize("name", CONTAINERS)
def test_whole_video_is_not_damaged(worker: Worker, whole: Callable[[str], bytes], name: str) -> None:
    found = found_in(worker, name, whole(name))
    assert (found.frames, found.damaged) == (frames_in(name), False)
    assert found.duration == pytest.approx(frames_in(name) / 25, abs=0.1)
    assert found.frame_rate == pytest.approx(25, abs=0.1)


@pytest.mark.parametrize("kind", DAMAGE)
@pytest.mark.parametrize("name", CONTAINERS)
def test_video_that_is_not_whole_is_damaged(
    worker: Worker, whole: Callable[[str], bytes], name: str, kind: str
) -> None:
    data = DAMAGE[kind](whole(name))
    if (name, kind) in UNREADABLE:
        (worker.media / name).write_bytes(data)
        assert worker.code(name) == "not_a_video"
        return
    found = found_in(worker, name, data)
    assert found.damaged
    assert 0 < found.frames <= frames_in(name)
    assert found.duration is not None
    assert found.duration <= frames_in(name) / 25 + 0.1


@pytest.mark.parametrize("percent", range(25, 80, 10))
def test_hole_between_fragments_is_seen_wherever_it_is(
    worker: Worker, whole: Callable[[str], bytes], percent: int
) -> None:
    data = whole("fragments.mp4")
    start = len(data) * percent // 100
    assert found_in(worker, "fragments.mp4", data[:start] + data[start + len(data) // 20 :]).damaged


@pytest.mark.parametrize("tail", [bytes(100), b"\0\0\0\x0cname1234"], ids=["zeros", "a box of somebody's own"])
def test_fragments_may_be_followed_by_what_is_none(worker: Worker, whole: Callable[[str], bytes], tail: bytes) -> None:
    assert not found_in(worker, "fragments.mp4", whole("fragments.mp4") + tail).damaged


@pytest.mark.parametrize("name", [name for name in CONTAINERS if name not in NO_STRAYS])
def test_stray_time_stamp_at_the_end_does_not_set_the_duration(worker: Worker, name: str) -> None:
    frames = frames_in(name)
    write_container(worker.media / name, name, times=[*range(frames - 1), STRAY])
    found = worker.process(name)
    assert (found.frames, found.damaged) == (frames, False)
    assert found.duration == pytest.approx(frames / 25, abs=0.1)


@pytest.mark.parametrize("name", [name for name in CONTAINERS if name != "a.apng"])  # FFmpeg writes a plain PNG then
def test_one_frame_is_whole_in_each_container(worker: Worker, name: str) -> None:
    write_container(worker.media / name, name, frames=1)
    found = worker.process(name)
    assert (found.frames, found.damaged) == (1, False)
    assert found.duration == pytest.approx(0.04, abs=0.03)


@pytest.mark.parametrize(
    "name", ["plain.mp4", "a.mov", "a.mkv", "live.mkv", "live.webm", "h264.flv", "h264.ts", "a.ogv", "a.nut"]
)
def test_frame_that_is_shown_for_long_is_no_hole(worker: Worker, name: str) -> None:
    """Screens are recorded so: nothing comes while nothing moves."""
    write_container(worker.media / name, name, times=[*range(20), *range(70, 100), *range(400, 420)])
    found = worker.process(name)
    assert (found.frames, found.damaged) == (70, False)
    assert found.duration == pytest.approx(420 / 25, abs=0.1)


@pytest.mark.parametrize(
    "name", ["plain.mp4", "fragments.mp4", "a.mov", "a.3gp", "a.mkv", "a.avi", "h264.flv", "h264.ts", "a.asf"]
)
def test_sound_may_be_longer_than_the_pictures(worker: Worker, name: str) -> None:
    write_container(worker.media / name, name, sound_seconds=6)
    found = worker.process(name)
    assert (found.frames, found.damaged) == (50, False)
    assert found.duration == pytest.approx(2.0, abs=0.2)


def test_last_frame_far_behind_the_others_counts_where_the_sound_goes_there(worker: Worker) -> None:
    write_container(worker.media / "a.mkv", "a.mkv", times=[*range(20), 1000], sound_seconds=40)
    found = worker.process("a.mkv")
    assert (found.frames, found.damaged) == (21, False)
    assert found.duration == pytest.approx(40, abs=0.1)


def test_edit_list_may_leave_frames_out(worker: Worker, whole: Callable[[str], bytes]) -> None:
    """A phone trims so: the header still counts all frames."""
    data = bytearray(whole("plain.mp4"))
    at = data.index(b"elst") + 12
    data[at : at + 4] = (1000).to_bytes(4, "big")  # of 2000 ms
    found = found_in(worker, "plain.mp4", bytes(data))
    assert found.frames < 50
    assert not found.damaged


@pytest.mark.parametrize("tail", [b"", b"\0\0\0", b"; a comment"], ids=["no trailer", "zeros", "more behind it"])
def test_gif_ends_as_writers_end_it(worker: Worker, whole: Callable[[str], bytes], tail: bytes) -> None:
    found = found_in(worker, "a.gif", whole("a.gif").removesuffix(b";") + (b";" + tail if tail else b""))
    assert (found.frames, found.damaged) == (50, False)
