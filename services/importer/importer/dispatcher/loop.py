"""The dispatcher's loop: ring at once when told, every 50 ms while work is due, each second otherwise."""

import logging
import threading
import time
from pathlib import Path

from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError
from sqlalchemy import Engine

from importer.database import DATABASE_ERRORS
from importer.dispatcher.ring import ring
from importer.dispatcher.trouble import Trouble
from importer.dispatcher.wakeup import Wakeup
from importer.ledger.expire import drop_payloads, expire_old
from importer.ledger.split import split_expired
from importer.ledger.statements import CLOSE_FINISHED
from importer.plain.issued import forget_old_tasks
from importer.settings import Settings
from importer.workers.statements import FORGET_WORKERS
from stackroom_jobs.bell import Bells

BUSY_SECONDS = 0.05
IDLE_SECONDS = 1.0
SWEEP_SECONDS = 1.0
logger = logging.getLogger(__name__)


class Dispatcher:
    def __init__(self, engine: Engine, bells: Bells, wakeup: Wakeup, stop: threading.Event, settings: Settings) -> None:
        self._engine = engine
        self._bells = bells
        self._wakeup = wakeup
        self._stop = stop
        self._heartbeat_file = settings.dispatcher_heartbeat_file
        self._retention_days = settings.batch_retention_days
        self._swept_at = 0.0
        self._trouble = Trouble("dispatch")

    def run(self) -> None:
        """Until the stop event. Trouble with PostgreSQL or Redis is waited out: the ledger forgets nothing."""
        logger.info("dispatching")
        while not self._stop.is_set():
            is_busy = self._step()
            if is_busy:
                self._stop.wait(BUSY_SECONDS)
            else:
                self._wakeup.wait(IDLE_SECONDS, self._stop)
        self._wakeup.close()
        logger.info("stopped")

    def _step(self) -> bool:
        try:
            if time.monotonic() - self._swept_at >= SWEEP_SECONDS:
                self._sweep()
                self._swept_at = time.monotonic()
            is_busy = ring(self._engine, self._bells)
        except (*DATABASE_ERRORS, RedisError, BrokerError) as error:
            self._trouble.note(type(error).__name__)
            self._stop.wait(IDLE_SECONDS)
            return False
        self._trouble.note("")
        return is_busy

    def _sweep(self) -> None:
        split_expired(self._engine)
        with self._engine.connect() as connection:
            connection.execute(CLOSE_FINISHED)
            connection.execute(FORGET_WORKERS)
        drop_payloads(self._engine)
        expire_old(self._engine, self._retention_days)
        forget_old_tasks(self._engine, self._retention_days)
        if self._heartbeat_file:
            Path(self._heartbeat_file).touch()
