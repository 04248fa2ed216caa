"""Celery's worker without its talk to other workers, however it is started."""

from typing import Any

SILENT = {"without_gossip": True, "without_mingle": True, "without_heartbeat": True}


def quiet_worker(worker_class: Any) -> Any:
    """A subclass that starts without gossip, mingle and event heartbeats."""

    class QuietWorker(worker_class):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **{**kwargs, **SILENT})

    return QuietWorker
