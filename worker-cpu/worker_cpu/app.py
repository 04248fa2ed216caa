"""Entry of Celery: ``celery -A worker_cpu.app worker``."""

from stackroom_jobs.worker import create_worker

app = create_worker("worker-cpu")
