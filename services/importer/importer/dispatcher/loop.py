"""The dispatcher's loop: ring at once when told, every 50 ms while work is due, each second otherwise."""

import logging
import threading
import time
from pathlib import Path

from kombu.exceptions import OperationalError as BrokerError
from redis.exceptions import RedisError
from sqlalchemy import Engine

from importer.dispatcher.ring import ring
from importer.dispatcher.wakeup import Wakeup
from importer.outage_log import OutageLog
from importer.registry.registry import Registry
from importer.settings import Settings
from stackroom_jobs.doorbells import Doorbells
from stackroom_sql.errors import DATABASE_ERRORS

BUSY_SECONDS = 0.05
IDLE_SECONDS = 1.0
BEAT_SECONDS = 1.0
logger = logging.getLogger(__name__)


class Dispatcher:
    def __init__(
        self,
        engine: Engine,
        registry: Registry,
        bells: Doorbells,
        wakeup: Wakeup,
        stop: threading.Event,
        settings: Settings,
    ) -> None:
        self._engine = engine
        self._registry = registry
        self._bells = bells
        self._wakeup = wakeup
        self._stop = stop
        self._heartbeat_file = settings.dispatcher_heartbeat_file
        self._beaten_at = -BEAT_SECONDS
        self._outage = OutageLog("dispatch")

    def run(self) -> None:
        """Until the stop event. An outage of PostgreSQL or Redis is waited out: the ledger forgets nothing."""
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
            is_busy = ring(self._engine, self._registry, self._bells)
        except (*DATABASE_ERRORS, RedisError, BrokerError) as error:
            self._outage.note(type(error).__name__)
            self._stop.wait(IDLE_SECONDS)
            return False
        self._outage.note("")
        self._beat()
        return is_busy

    def _beat(self) -> None:
        """The health check reads it: whoever cannot ring does nothing that matters."""
        now = time.monotonic()
        if self._heartbeat_file and now - self._beaten_at >= BEAT_SECONDS:
            Path(self._heartbeat_file).touch()
            self._beaten_at = now
