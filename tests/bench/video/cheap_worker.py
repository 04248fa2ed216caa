"""The GPU worker as it ships, but for the network: ``celery -A tests.bench.video.cheap_worker worker``."""

from typing import TYPE_CHECKING

from stackroom_jobs.operations.process_video import PROCESS_VIDEO
from stackroom_jobs.worker import create_worker
from stackroom_kit.settings import read_settings
from worker_gpu.device.watch import GpuWatch
from worker_gpu.operations.process_video import ProcessVideo
from worker_gpu.settings import GpuWorkerSettings

if TYPE_CHECKING:
    from worker_gpu.model.transnet import Model


def load(device: str) -> "Model":
    """Torch is for the child alone."""
    from tests.bench.video import cheap_model

    return cheap_model.load(device)


_settings = read_settings(GpuWorkerSettings)
_operation = PROCESS_VIDEO.with_function(ProcessVideo(_settings.video_decoder, load))
app = create_worker("worker-gpu", _settings, [_operation], spawn_from=__name__, device=GpuWatch(_settings.device))
