"""``python -m importer.dispatcher``"""

import signal
import sys
import threading
from types import FrameType

from importer.database import make_engine
from importer.dispatcher.loop import Dispatcher
from importer.dispatcher.wakeup import Wakeup
from importer.settings import Settings
from stackroom_jobs.bell import Bells
from stackroom_jobs.celery_app import make_celery
from stackroom_kit.logs import configure_logging
from stackroom_kit.settings import SettingsError, read_settings

POOL_SIZE = 2


def _dispatcher(settings: Settings, stop: threading.Event) -> Dispatcher:
    bells = Bells(make_celery("importer-dispatcher", settings))
    engine = make_engine(settings.ledger_uri, POOL_SIZE)
    return Dispatcher(engine, bells, Wakeup(settings.ledger_uri), stop, settings.dispatcher_heartbeat_file)


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
    _dispatcher(settings, stop).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
