"""The model beside the package's own code, on its own video."""

from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.model import needs_model, real_video, reference, reference_shots
from tests.support.scenes import write_scenes
from tests.support.shots import CUTS, Worker
from tests.support.videos import copy_beginning
from worker_gpu.model import load_model

pytestmark = needs_model


def small_frames(path: Path) -> NDArray[np.uint8]:
    with av.open(str(path)) as container:
        frames = [
            frame.reformat(48, 27, "rgb24", interpolation="BICUBIC").to_ndarray() for frame in container.decode(video=0)
        ]
    return np.stack(frames)


def test_shots_of_a_real_video_are_those_of_the_packages_own_path(worker: Worker) -> None:
    path = copy_beginning(real_video(), worker.media / "real.mp4", 140)
    found = worker.shots("real.mp4")
    assert found == reference_shots(reference(), small_frames(path))
    assert len(found) > 2


def test_probabilities_are_those_of_the_packages_own_model() -> None:
    import torch

    windows = np.random.default_rng(3).integers(0, 255, (2, 100, 27, 48, 3), np.uint8)
    windows[:, 40:] //= 2
    with torch.inference_mode():
        theirs = reference().predict_raw(torch.from_numpy(windows))[0][:, 25:75, 0]
    model = load_model("cpu")
    ours = [model.predict(window) for window in windows]
    assert np.array(ours) == pytest.approx(theirs.numpy(), abs=1e-5)


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
