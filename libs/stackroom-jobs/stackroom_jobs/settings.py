"""Settings of the broker, shared by the importer and the workers, and of a worker."""

import dataclasses

from stackroom_jobs.queues import BELL_SUFFIX, TAKEN_KEYS
from stackroom_kit.common_settings import LogSettings
from stackroom_kit.settings import Parser, Secret, boolean, integer, secret, setting, text, url


def _default_queue(name: str) -> str:
    if (
        name in {"cpu", "gpu"} | TAKEN_KEYS
        or name.endswith(BELL_SUFFIX)
        or not name.replace("-", "").replace("_", "").isalnum()
    ):
        raise ValueError(name)
    return name


default_queue = Parser(
    _default_queue,
    "letters, digits, - and _, but not cpu or gpu, which have their own work, nor unacked, which Celery has",
)


@dataclasses.dataclass(frozen=True)
class BrokerSettings:
    celery_broker_url: str = setting(
        "CELERY_BROKER_URL",
        "redis://localhost:6379/0",
        url("redis", "rediss", "sentinel", is_secret=True),
        "Redis, the only broker that is supported.",
    )
    celery_sentinel_master: str = setting(
        "CELERY_SENTINEL_MASTER", "mymaster", text, "Name of the master, where the broker is sentinel://."
    )
    celery_result_backend: str | None = setting(
        "CELERY_RESULT_BACKEND",
        None,
        url("redis", "rediss", "sentinel", is_secret=True),
        "Where plain Celery tasks of your own keep their results for an hour; nothing else uses it. If empty, in the "
        "broker's Redis, in the database after the broker's.",
    )
    celery_default_queue: str = setting(
        "CELERY_DEFAULT_QUEUE", "default", default_queue, "Name of the default queue in Redis."
    )
    celery_task_acks_late: bool = setting("CELERY_TASK_ACKS_LATE", True, boolean, "Acknowledge after the task.")
    celery_task_time_limit: int = setting(
        "CELERY_TASK_TIME_LIMIT",
        300,
        integer(8, 86400),
        "Seconds for one task, where an operation names none.",
    )
    celery_task_always_eager: bool = setting(
        "CELERY_TASK_ALWAYS_EAGER",
        False,
        boolean,
        "Compute in the request, without Redis, dispatcher and workers.",
    )
    celery_task_eager_propagates: bool = setting(
        "CELERY_TASK_EAGER_PROPAGATES",
        True,
        boolean,
        "In eager mode an exception is a 500 (1) or a FAILURE (0).",
    )
    celery_task_store_eager_result: bool = setting(
        "CELERY_TASK_STORE_EAGER_RESULT",
        False,
        boolean,
        "Keep eager results of plain tasks in the result backend.",
    )


@dataclasses.dataclass(frozen=True)
class WorkerSettings(BrokerSettings, LogSettings):
    worker_api_url: str = setting(
        "WORKER_API_URL", "http://localhost:5003", url("http", "https"), "Address of importer-worker-api."
    )
    worker_token: Secret = setting("WORKER_TOKEN", Secret(), secret, "Token that this worker shows to the worker API.")
    worker_name: str = setting("WORKER_NAME", "", text, "Name in the register; made from the host's name if empty.")
    child_memory_mb: int = setting(
        "CHILD_MEMORY_MB",
        4096,
        integer(0, 2**20),
        "Megabytes after which a pool process is replaced by a new one when its task is done, against libraries "
        "that leak; 0: never. Keep it below the container's limit, which kills in the middle of a task.",
    )
    heartbeat_file: str = setting("HEARTBEAT_FILE", "", text, "File that a worker touches, for a health check.")
