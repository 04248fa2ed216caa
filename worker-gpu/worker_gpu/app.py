"""Entry of Celery: ``celery -A worker_gpu.app worker --concurrency=1``."""

from stackroom_jobs.worker import create_worker
from stackroom_kit.settings import read_settings
from worker_gpu.device.watch import GpuWatch
from worker_gpu.settings import GpuWorkerSettings

_settings = read_settings(GpuWorkerSettings)
app = create_worker(
    "worker-gpu",
    _settings,
    spawn_from=__name__,
    device=GpuWatch(_settings.device),
)
