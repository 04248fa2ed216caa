"""Entry of Celery: ``celery -A worker_gpu.app worker --concurrency=1``."""

from stackroom_jobs.worker import create_worker
from stackroom_kit.settings import exit_where_settings_are_wrong, read_settings
from worker_gpu.device.watch import GpuWatch
from worker_gpu.settings import GpuWorkerSettings

with exit_where_settings_are_wrong():
    _settings = read_settings(GpuWorkerSettings)
app = create_worker(
    "worker-gpu",
    _settings,
    spawn_from=__name__,
    device=GpuWatch(_settings.device),
)
