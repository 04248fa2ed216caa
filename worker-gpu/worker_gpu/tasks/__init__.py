"""The functions of this worker, by the name of their operation: one file each."""

from collections.abc import Mapping

from stackroom_jobs.worker.context import Function
from worker_gpu.settings import GpuWorkerSettings
from worker_gpu.tasks.process_video import ProcessVideo


def make_functions(settings: GpuWorkerSettings) -> Mapping[str, Function]:
    return {"process_video": ProcessVideo(settings.video_decoder)}
