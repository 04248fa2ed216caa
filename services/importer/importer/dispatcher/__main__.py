"""``python -m importer.dispatcher``"""

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

from importer.database import make_engine
from importer.dispatcher.apply_loop import APPLY_LOOPS, ApplyLoop
from importer.dispatcher.loop import Dispatcher
from importer.dispatcher.periodic import Periodic
from importer.dispatcher.threads import run_threads
from importer.dispatcher.wakeup import Wakeup
from importer.ledger.apply import Applier
from importer.ledger.batch_end import FinishedBatches, drop_payloads, expire_old, forget_marks
from importer.ledger.split import split_expired
from importer.ledger.workers import forget_workers
from importer.loads.catalog import Catalog
from importer.loads.resources import ResourceReader
from importer.media.sweep import Sweeper
from importer.plain_tasks.issued import forget_old_tasks
from importer.registry.registry import Registry
from importer.settings import Settings
from stackroom_jobs.celery_app import make_celery
from stackroom_jobs.doorbells import Doorbells
from stackroom_kit.logs import configure_logging
from stackroom_kit.settings import exit_where_settings_are_wrong, read_settings

POOL_SIZE = 1  # of the loop that rings
END_SECONDS = 20  # a call to the catalog that takes longer is left to its lease


def _dispatcher(settings: Settings, registry: Registry, stop: threading.Event) -> Dispatcher:
    bells = Doorbells(make_celery("importer-dispatcher", settings))
    engine = make_engine(settings.database_uri, POOL_SIZE)
    return Dispatcher(engine, registry, bells, Wakeup(settings.database_uri), stop, settings)


def _apply_loops(settings: Settings, registry: Registry, stop: threading.Event) -> list[ApplyLoop]:
    engine = make_engine(settings.database_uri, APPLY_LOOPS)
    applier = Applier(f"{socket.gethostname()}-{os.getpid()}", settings.lease_seconds)
    catalog = Catalog(settings, APPLY_LOOPS)
    return [
        ApplyLoop(engine, registry, applier, catalog, Wakeup(settings.database_uri), stop) for _ in range(APPLY_LOOPS)
    ]


def _upkeep(settings: Settings, stop: threading.Event) -> list[Periodic]:
    """Closing and splitting have a thread of their own, so that clearing away cannot delay them."""
    closing, retention = make_engine(settings.database_uri, 1), make_engine(settings.database_uri, 1, lock_seconds=1)
    days = settings.batch_retention_days
    resources = ResourceReader(make_engine(settings.database_uri, 1), Catalog(settings))
    return [
        Periodic([("read what the catalog holds", resources.read)], stop),
        Periodic(
            [
                ("split what expires again and again", lambda: split_expired(closing)),
                ("close finished batches", FinishedBatches(closing).close),
                ("forget workers", lambda: forget_workers(closing)),
            ],
            stop,
        ),
        Periodic(
            [
                ("drop payloads", lambda: drop_payloads(retention)),
                ("expire old batches", lambda: expire_old(retention, days)),
                ("forget old tasks", lambda: forget_old_tasks(retention, days)),
                ("forget marks of expired batches", lambda: forget_marks(retention, settings.batch_mark_days)),
            ],
            stop,
        ),
    ]


def _sweeper(settings: Settings, registry: Registry, stop: threading.Event) -> Sweeper:
    return Sweeper(make_engine(settings.database_uri, 1), registry, settings, stop)


def _runs(stop: threading.Event) -> list[Callable[[], None]]:
    """What runs until it is to stop, each in a thread of its own. SettingsError."""
    settings = read_settings(Settings)
    configure_logging(settings.log_level, "importer-dispatcher")
    registry = Registry(make_engine(settings.database_uri, 1))
    applying = [loop.run for loop in _apply_loops(settings, registry, stop)]
    upkeep = [*(loop.run for loop in _upkeep(settings, stop)), _sweeper(settings, registry, stop).run]
    return [_dispatcher(settings, registry, stop).run, *applying, *upkeep]


def main() -> int:
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with exit_where_settings_are_wrong():
        runs = _runs(stop)
    return run_threads(runs, stop, END_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
