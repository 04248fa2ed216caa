"""What must answer before the importer is ready: PostgreSQL and Redis."""

import functools
import threading
from collections.abc import Callable

from importer.services import Services
from importer.settings import Settings
from stackroom_jobs.celery_app import make_celery
from stackroom_jobs.doorbells import Doorbells
from stackroom_jobs.queues import DEFAULT_QUEUE
from stackroom_kit.health import Check
from stackroom_sql.engine import server_version


def redis_answers(settings: Settings) -> Callable[[], None]:
    """Doorbells are for one thread at a time, and readiness is asked seldom: a lock is enough."""
    lock = threading.Lock()
    bells = Doorbells(make_celery("importer", settings))

    def check() -> None:
        with lock:
            bells.waiting(DEFAULT_QUEUE)

    return check


def checks(here: Services) -> dict[str, Check]:
    """In eager mode there is no broker to ask."""
    found: dict[str, Check] = {"postgresql": functools.partial(server_version, here.engine)}
    if not here.settings.celery_task_always_eager:
        found["redis"] = redis_answers(here.settings)
    return found
