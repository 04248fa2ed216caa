"""Settings of the GPU worker."""

import dataclasses

from stackroom_jobs.settings import WorkerSettings
from stackroom_kit.settings import setting, text


@dataclasses.dataclass(frozen=True)
class GpuWorkerSettings(WorkerSettings):
    media_dir: str = setting("MEDIA_DIR", "media", text, "Folder of the videos; a record names a file under it.")
