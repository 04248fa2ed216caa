"""The model beside the package's own code, on its own video."""

import numpy as np
import pytest

from tests.support.videos.files import copy_beginning
from tests.support.videos.model import needs_model, real_video, reference, reference_shots, small_frames
from tests.support.videos.shots import Worker
from worker_gpu.model import load_model

pytestmark = needs_model


def test_shots_of_a_real_video_are_those_of_the_packages_own_path(worker: Worker) -> None:
    path = copy_beginning(real_video(), worker.media / "real.mp4", 100)
    found = worker.shots("real.mp4")
    assert found == reference_shots(reference(), small_frames(path))
    assert len(found) > 2


def test_probabilities_are_those_of_the_packages_own_model() -> None:
    import torch

    windows = np.random.default_rng(3).integers(0, 255, (1, 100, 27, 48, 3), np.uint8)
    windows[:, 40:] //= 2
    with torch.inference_mode():
        theirs = reference().predict_raw(torch.from_numpy(windows))[0][:, 25:75, 0]
    model = load_model("cpu")
    ours = [model.predict(window) for window in windows]
    assert np.array(ours) == pytest.approx(theirs.numpy(), abs=1e-5)
