"""Whether the device computes: one small sum on it, in a process of its own: a worker's parent never meets CUDA.

``python -m worker_gpu.device.check`` ends with 0, with CANNOT where this torch knows no CUDA or is not there, or with 1
after a line that says what the device said.
"""

import subprocess
import sys

from stackroom_jobs.context import DeviceLost
from worker_gpu.device.choice import pinned_device
from worker_gpu.device.nvml import answer_in_time

CANNOT = 3
KILL_SECONDS = 5
SECONDS = 180  # torch is read from a cold disk, and CUDA set up for the first time


class CannotCompute(Exception):
    """What is installed cannot use a GPU, however well that is."""


def check() -> None:
    """Of the device that children of this process are pinned to. CannotCompute, or DeviceLost."""
    try:
        done = answer_in_time(_run, SECONDS + KILL_SECONDS)
    except (subprocess.TimeoutExpired, TimeoutError):
        raise DeviceLost(f"the GPU did not answer within {SECONDS} s") from None
    said = (done.stderr.strip() or f"ended with {done.returncode}").splitlines()[-1]
    if done.returncode == CANNOT:
        raise CannotCompute(said)
    if done.returncode != 0:
        raise DeviceLost(f"the GPU does not compute: {said}")


def _run() -> "subprocess.CompletedProcess[str]":
    """In the end it kills the process, and waits for ever for one that hangs in the driver and cannot die."""
    command = [sys.executable, "-m", __name__]
    return subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)


def compute_once(device: str) -> None:
    """One small sum, in a process that may touch CUDA. Raises what torch does where the device does not compute."""
    import torch

    torch.ones(2, device=device).sum().item()


def main() -> int:
    try:
        import torch
    except ImportError:
        sys.stderr.write("torch is not installed\n")
        return CANNOT
    if torch.version.cuda is None:
        sys.stderr.write("this torch was built without CUDA\n")
        return CANNOT
    try:
        compute_once(pinned_device())
    except Exception as error:  # noqa: BLE001 - whatever it is, it is the answer
        first_line = (str(error).strip() or type(error).__name__).splitlines()[0]
        sys.stderr.write(f"{first_line}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
