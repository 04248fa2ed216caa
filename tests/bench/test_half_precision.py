"""What a GPU computes with, beside what a CPU does. Here both on the CPU, which takes its time for half precision."""

from pathlib import Path

import numpy as np
import pytest

from tests.support.videos.model import needs_model, small_frames
from tests.support.videos.scenes import write_scenes
from tests.support.videos.shots import CUTS
from worker_gpu.model import load_model

pytestmark = [pytest.mark.bench, needs_model]


def test_half_precision_finds_the_same_boundaries(tmp_path: Path) -> None:
    import torch

    from worker_gpu.model import weights_file
    from worker_gpu.model.network import Network

    path = write_scenes(tmp_path / "cuts.mp4", CUTS, 4)
    frames = small_frames(path)[:75]
    run = np.concatenate([frames[:1].repeat(25, 0), frames])
    weights = torch.load(str(weights_file()), weights_only=True)
    with torch.inference_mode():
        half = Network(weights, torch.float16)(torch.from_numpy(run)[None])[0, 25:75].numpy()
    single = np.array(load_model("cpu").predict(run))
    assert ((half > 0.5) == (single > 0.5)).all()
    assert half == pytest.approx(single, abs=0.02)
