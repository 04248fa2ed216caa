"""What must answer before the importer is ready: PostgreSQL and Redis; the dispatcher and workers are shown too."""

from collections.abc import Callable
from typing import Any

import redis
from sqlalchemy import Engine, text
from stackroom_jobs.bell import redis_client
from stackroom_kit.health import Check

from importer.services import Services


def database_answers(engine: Engine) -> Callable[[], None]:
    def check() -> None:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    return check


def redis_answers(client: "redis.Redis[Any]") -> Callable[[], None]:
    def check() -> None:
        client.ping()

    return check


def checks(here: Services) -> dict[str, Check]:
    """In eager mode there is no broker to ask."""
    found: dict[str, Check] = {"postgresql": database_answers(here.engine)}
    if not here.settings.celery_task_always_eager:
        found["redis"] = redis_answers(redis_client(here.settings))
    return found
