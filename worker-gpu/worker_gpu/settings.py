"""Settings of the GPU worker."""

import dataclasses

from stackroom_jobs.settings import WorkerSettings


@dataclasses.dataclass(frozen=True)
class GpuWorkerSettings(WorkerSettings):
    """Those of every worker: media files come and go by the worker API."""
