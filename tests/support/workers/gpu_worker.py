"""A GPU worker without a model: each record does one step on the device, and tells who did it.

``celery -A tests.support.workers.gpu_worker worker``. The payload says what else is done: ``torch`` imports it,
``grow`` takes memory and keeps it. ``HANG_SECONDS`` is that of the operation.
"""

import dataclasses
import importlib
import os
import time

import msgspec

from stackroom_jobs.context import Context, DeviceLost, Stopped
from stackroom_jobs.operations.process_video import PROCESS_VIDEO
from stackroom_jobs.records import Record
from stackroom_jobs.videos import VideoResult
from stackroom_jobs.worker import create_worker
from stackroom_kit.settings import read_settings
from worker_gpu.device import before_step, is_device_error, pinned_device
from worker_gpu.device.watch import GpuWatch
from worker_gpu.settings import GpuWorkerSettings

GROWTH = 64 << 20  # bytes
WINDOWS = 16
SECONDS_PER_RECORD = 0.05
_kept: list[bytes] = []


class Step(VideoResult, frozen=True, kw_only=True):
    """What of a video there is, and who did it."""

    pid: int
    visible: str


NO_VIDEO = {
    "file": "", "codec": "", "width": 0, "height": 0, "frames": 0, "duration": None, "frame_rate": None,
    "damaged": False, "shots": None, "shots_code": "no_model",
}  # fmt: skip


def step(record: Record, context: Context) -> Step:
    if record.payload == "torch":
        importlib.import_module("torch")
    if record.payload == "grow":
        _kept.append(os.urandom(GROWTH))
    try:
        before_step(WINDOWS)
    except RuntimeError as error:
        if is_device_error(error):
            raise DeviceLost(str(error)) from error
        raise
    time.sleep(SECONDS_PER_RECORD)
    if context.should_stop():
        raise Stopped
    who = {"pid": os.getpid(), "visible": os.environ.get("CUDA_VISIBLE_DEVICES", "not set")}
    return msgspec.convert({"id": str(record.id), "device": pinned_device(), **NO_VIDEO, **who}, Step)


_described = msgspec.structs.replace(PROCESS_VIDEO.description, hang_seconds=int(os.environ.get("HANG_SECONDS", "600")))
_operation = dataclasses.replace(PROCESS_VIDEO, description=_described, function=step)
_settings = read_settings(GpuWorkerSettings)
app = create_worker("gpu-worker", _settings, [_operation], spawn_from=__name__, device=GpuWatch(_settings.device))
