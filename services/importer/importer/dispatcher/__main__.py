"""``python -m importer.dispatcher``"""

import os
import signal
import socket
import sys
import threading
from types import FrameType

from importer.applying.apply import Applier
from importer.applying.catalog import Catalog
from importer.applying.chunks import ApplyingChunks
from importer.database import make_engine
from importer.dispatcher.apply_loop import APPLY_LOOPS, ApplyLoop
from importer.dispatcher.loop import Dispatcher
from importer.dispatcher.together import run_together
from importer.dispatcher.wakeup import Wakeup
from importer.media.sweep import Sweeper
from importer.settings import Settings
from stackroom_jobs.bell import Bells
from stackroom_jobs.celery_app import make_celery
from stackroom_kit.logs import configure_logging
from stackroom_kit.settings import SettingsError, read_settings

POOL_SIZE = 2
END_SECONDS = 20  # a call to the catalog that takes longer is left to its lease


def _dispatcher(settings: Settings, stop: threading.Event) -> Dispatcher:
    bells = Bells(make_celery("importer-dispatcher", settings))
    engine = make_engine(settings.ledger_uri, POOL_SIZE)
    return Dispatcher(engine, bells, Wakeup(settings.ledger_uri), stop, settings)


def _apply_loops(settings: Settings, stop: threading.Event) -> list[ApplyLoop]:
    engine = make_engine(settings.ledger_uri, APPLY_LOOPS)
    chunks = ApplyingChunks(engine, f"{socket.gethostname()}-{os.getpid()}", settings.lease_seconds)
    applier = Applier(chunks, Catalog(settings, APPLY_LOOPS))
    return [ApplyLoop(applier, chunks, Wakeup(settings.ledger_uri), stop) for _ in range(APPLY_LOOPS)]


def _sweeper(settings: Settings, stop: threading.Event) -> Sweeper:
    return Sweeper(make_engine(settings.ledger_uri, 1), settings, stop)


def main() -> int:
    try:
        settings = read_settings(Settings)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure_logging(settings.log_level, "importer-dispatcher")
    stop = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    applying = [loop.run for loop in _apply_loops(settings, stop)]
    return run_together([_dispatcher(settings, stop).run, *applying, _sweeper(settings, stop).run], stop, END_SECONDS)


if __name__ == "__main__":
    sys.exit(main())
