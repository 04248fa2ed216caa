"""Entry of Celery: ``celery -A worker_cpu.app worker --queues=cpu,default``."""

from stackroom_jobs.worker import create_worker
from worker_cpu.tasks import FUNCTIONS

app = create_worker("worker-cpu", FUNCTIONS, tasks="worker_cpu.tasks")
