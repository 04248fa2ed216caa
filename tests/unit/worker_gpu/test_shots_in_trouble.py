"""Shots on a device that fails, of a video that its decoder cannot read, and when told to stop."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
import pytest
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from stackroom_jobs.context import DeviceLost, Stopped
from stackroom_jobs.records import Record
from tests.support.videos.files import write_video
from tests.support.videos.model import needs_model
from tests.support.videos.shots import Worker
from worker_gpu.device import fake
from worker_gpu.device.choice import VARIABLE
from worker_gpu.model import load_model
from worker_gpu.operations import process_video
from worker_gpu.video.frames import Frames
from worker_gpu.video.source import open_video

pytestmark = needs_model


@pytest.fixture
def faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a fake device; a model of its own, whose batch may shrink."""
    folder = tmp_path / "faults"
    folder.mkdir()
    monkeypatch.setenv(fake.VARIABLE, str(folder))
    load_model.cache_clear()
    return folder


class HalfRead(Frames):
    """As a GPU's decoder that gives up in the middle of a video."""

    is_on_gpu = True

    def _decode(self, packet: "Packet[VideoStream]") -> list[VideoFrame]:
        if self.count < 40:
            return super()._decode(packet)
        self._wholeness.note_error()
        return []


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
    task = process_video.ProcessVideo(setting, load=lambda _device: load_model("cpu"))
    found = task(Record("v1", worker.get_cuts()), worker.context)
    assert (found.frames, found.damaged, found.shot_count) == (95, False, 3)
    assert asked == used


def test_stop_is_heard_in_the_middle(worker: Worker) -> None:
    cuts = worker.get_cuts()
    worker.context.is_lease_over = True
    with pytest.raises(Stopped):
        worker.process(cuts)


def test_too_little_memory_halves_the_windows_and_changes_nothing(faults: Path) -> None:
    repeated = np.random.default_rng(1).integers(0, 255, (100, 27, 48, 3), np.uint8)
    frames = np.concatenate([repeated] * 3)  # two windows in turn, which differ
    expected = load_model("cpu").predict(frames)
    (faults / "out_of_memory").write_text("1")
    model = load_model("cpu")
    model.most = 4
    assert model.predict(frames) == pytest.approx(expected, abs=1e-5)
    assert model.most == 1


def test_next_video_begins_with_all_windows_again(worker: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory that somebody else had for a moment must not slow a worker down for all its life."""
    monkeypatch.setattr("worker_gpu.model.transnet.WINDOWS_ON_CPU", 2)
    load_model.cache_clear()
    model = load_model("cpu")
    model.most = 1
    write_video(worker.media / "clip.mp4", 5)
    worker.process("clip.mp4")
    assert model.most == 2
    load_model.cache_clear()


def test_no_memory_for_one_window_loses_the_device(worker: Worker, faults: Path) -> None:
    write_video(worker.media / "clip.mp4", 5)
    (faults / "out_of_memory").touch()
    with pytest.raises(DeviceLost, match="out of memory"):
        worker.process("clip.mp4")


def test_error_of_which_nothing_is_known_loses_a_device_that_computes_no_more() -> None:
    """No list of CUDA's words is ever whole. This torch has no CUDA, so its GPU computes nothing."""
    import torch

    from worker_gpu.model.transnet import Model

    def network(_: torch.Tensor) -> torch.Tensor:
        raise ValueError("words that nobody knew")

    frames = np.zeros((100, 27, 48, 3), np.uint8)
    with pytest.raises(ValueError, match="words that nobody knew"):
        Model(network, torch.device("cpu")).predict(frames)
    with pytest.raises(DeviceLost):
        Model(network, torch.device("cuda:0")).predict(frames)


def test_weights_that_a_device_does_not_take_lose_it() -> None:
    with pytest.raises(DeviceLost, match="CUDA"):
        load_model("cuda:0")


def test_error_of_the_device_loses_it(worker: Worker, faults: Path) -> None:
    write_video(worker.media / "clip.mp4", 5)
    (faults / "error_once").touch()
    with pytest.raises(DeviceLost, match="launch failure"):
        worker.process("clip.mp4")
    assert worker.process("clip.mp4").shots_code is None
