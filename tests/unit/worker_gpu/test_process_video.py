"""``process_video`` without a model on real files: good ones and broken ones."""

from pathlib import Path

import pytest

from stackroom_jobs.context import Context, Stopped
from stackroom_jobs.worker.lifecycle import StopFlag
from tests.support.videos.files import turn, write_sound, write_sound_with_cover, write_video
from tests.support.videos.scenes import Scene, frames_of, write_pictures
from tests.support.videos.shots import Worker
from tests.support.workers.local_media import LocalMedia
from worker_gpu.settings import GpuWorkerSettings


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Worker:
    """Without a model, whether one is installed or not."""
    monkeypatch.setattr("worker_gpu.operations.process_video.is_installed", lambda: False)
    media = tmp_path / "media"
    media.mkdir()
    return Worker(media, Context(GpuWorkerSettings(), {}, StopFlag(tmp_path / "stop"), LocalMedia(media)))


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.mp4", "mpeg4"), ("b.mkv", "ffv1"), ("c.avi", "mjpeg"), ("d.webm", "libvpx"), ("e.mkv", "libsvtav1")],
)
def test_video_is_measured_by_its_frames(worker: Worker, name: str, codec: str) -> None:
    write_video(worker.media / name, 50, codec)
    found = worker.process(name)
    assert (found.id, found.file, found.frames, found.width, found.height) == ("v1", name, 50, 96, 64)
    assert found.codec == {"libvpx": "vp8", "libsvtav1": "av1"}.get(codec, codec)
    assert found.frame_rate == pytest.approx(25, abs=0.1)
    assert found.duration == pytest.approx(2.0, abs=0.05)
    assert not found.damaged
    assert (found.shots, found.shots_code) == (None, "no_model")


def test_video_in_a_subfolder_and_with_a_name_in_cyrillic_is_found(worker: Worker) -> None:
    (worker.media / "фильмы").mkdir()
    write_video(worker.media / "фильмы" / "клип 1.mp4", 3)
    assert worker.process("фильмы/клип 1.mp4").frames == 3


def test_video_cut_in_the_middle_gives_the_frames_that_are_left(worker: Worker) -> None:
    whole = write_video(worker.media / "whole.mkv", 100, "ffv1").read_bytes()
    (worker.media / "half.mkv").write_bytes(whole[: len(whole) // 2])
    found = worker.process("half.mkv")
    assert 0 < found.frames < 100


def test_duration_is_that_of_the_frames_where_the_header_tells_of_more(worker: Worker) -> None:
    whole = write_video(worker.media / "whole.mov", 100, options={"movflags": "faststart"}).read_bytes()
    (worker.media / "half.mov").write_bytes(whole[: len(whole) * 3 // 4])
    found = worker.process("half.mov")
    assert 0 < found.frames < 100
    assert found.damaged
    assert found.duration == pytest.approx(found.frames / 25)


def test_recordings_that_were_put_together_go_on_where_the_one_before_ended(worker: Worker) -> None:
    """The clock of an MPEG transport stream starts anew in the middle then."""
    one = write_video(worker.media / "one.ts", 50, "mpeg2video").read_bytes()
    (worker.media / "three.ts").write_bytes(one * 3)
    found = worker.process("three.ts")
    assert found.frames == 150
    assert found.duration == pytest.approx(6.0, abs=0.1)


def test_video_with_overwritten_bytes_is_damaged(worker: Worker) -> None:
    data = bytearray(write_video(worker.media / "good.avi", 100, "mjpeg").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 4000] = b"\xaa" * 4000
    (worker.media / "bad.avi").write_bytes(data)
    found = worker.process("bad.avi")
    assert found.damaged
    assert 0 < found.frames <= 100


def test_name_that_is_none_or_not_there_is_this_records_failure(worker: Worker) -> None:
    assert worker.code("../secret.mp4") == "bad_name"
    assert worker.code("missing.mp4") == "not_found"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"just a text, no video",
        b"\0" * 5000,
        b"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile good.mp4\n",
        b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom",
    ],
    ids=["empty", "text", "zeros", "hls playlist", "concat list", "mp4 header alone"],
)
def test_content_that_is_no_video_says_so(worker: Worker, content: bytes) -> None:
    write_video(worker.media / "good.mp4", 2)
    (worker.media / "file.mp4").write_bytes(content)
    assert worker.code("file.mp4") == "not_a_video"


def test_sound_alone_has_no_video_stream(worker: Worker) -> None:
    write_sound(worker.media / "sound.avi")
    assert worker.code("sound.avi") == "no_video_stream"


def test_sound_with_a_cover_has_no_video_stream(worker: Worker) -> None:
    write_sound_with_cover(worker.media / "song.mp4")
    assert worker.code("song.mp4") == "no_video_stream"


def test_one_frame_is_a_video(worker: Worker) -> None:
    write_video(worker.media / "one.mp4", 1)
    found = worker.process("one.mp4")
    assert (found.frames, found.damaged) == (1, False)
    assert found.duration == pytest.approx(0.04)


def test_turned_video_keeps_its_size_and_says_how_it_is_turned(worker: Worker) -> None:
    turn(write_video(worker.media / "phone.mp4", 3))
    found = worker.process("phone.mp4")
    assert (found.width, found.height, found.rotation) == (96, 64, 270)


def test_ten_bits_and_uneven_times_are_read(worker: Worker) -> None:
    times = [0, 40, 90, 400, 1000]
    pictures = frames_of([Scene(len(times))], 1)
    write_pictures(worker.media / "deep.mkv", pictures, pixel_format="yuv420p10le", times=times)
    found = worker.process("deep.mkv")
    assert (found.codec, found.frames, found.damaged) == ("h264", 5, False)
    assert found.duration == pytest.approx(1.04, abs=0.05)


def test_video_that_is_header_alone_has_no_frames(worker: Worker) -> None:
    write_video(worker.media / "none.avi", 0, "mjpeg")
    assert worker.code("none.avi") == "no_frames"


@pytest.mark.parametrize("name", ["long.mp4", "long.mkv"], ids=["counted in the header", "not counted"])
def test_progress_is_told_and_a_stop_is_heard(worker: Worker, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the header counts no frames, the video's length tells how many there will be."""
    write_video(worker.media / name, 200)
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(worker.context, "progress", lambda current, total: told.append((current, total)))
    assert worker.process(name).frames == 200
    assert (told[0], told[-1]) == ((32, 200), (192, 200))
    worker.context.is_lease_over = True
    with pytest.raises(Stopped):
        worker.process(name)
