"""Settings of the GPU worker."""

import dataclasses

from stackroom_jobs.settings import WorkerSettings
from stackroom_kit.settings import choice, setting
from worker_gpu.device.choice import device_setting


@dataclasses.dataclass(frozen=True)
class GpuWorkerSettings(WorkerSettings):
    """Media files come and go by the worker API, so there is no folder to name."""

    device: str = setting(
        "DEVICE",
        "auto",
        device_setting,
        "What this worker computes on: auto (the first GPU that works, else the CPU), cpu, cuda:<number as nvidia-smi "
        "counts>, GPU-<uuid> or MIG-<uuid>. One worker per GPU.",
    )
    video_decoder: str = setting(
        "VIDEO_DECODER",
        "auto",
        choice("auto", "cpu"),
        "What decodes videos: auto (the GPU's own decoder where there is one that can, else the CPU) or cpu.",
    )
