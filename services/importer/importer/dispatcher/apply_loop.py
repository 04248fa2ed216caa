"""Applies loads to the catalog, in threads beside the dispatcher's own: a slow catalog keeps no doorbell waiting."""

import logging
import threading

from sqlalchemy import Engine

from importer.dispatcher.wakeup import Wakeup
from importer.ledger.apply import Applier, is_load_open
from importer.loads.apply import apply_next
from importer.loads.catalog import Catalog, CatalogAwayError
from importer.outage_log import OutageLog
from importer.registry.registry import Registry
from stackroom_sql.errors import DATABASE_ERRORS

# While the catalog writes one chunk's rows, another's outcomes are stored; more would only wait for PostgreSQL.
APPLY_LOOPS = 3
EXPECTING_SECONDS = 0.05
IDLE_SECONDS = 1.0
AWAY_SECONDS = 1.0
logger = logging.getLogger(__name__)


class ApplyLoop:
    def __init__(
        self,
        engine: Engine,
        registry: Registry,
        applier: Applier,
        catalog: Catalog,
        wakeup: Wakeup,
        stop: threading.Event,
    ) -> None:
        self._engine = engine
        self._registry = registry
        self._applier = applier
        self._catalog = catalog
        self._wakeup = wakeup
        self._stop = stop
        self._outage = OutageLog("apply")

    def run(self) -> None:
        """Until the stop event; the chunk at hand is finished first."""
        while not self._stop.is_set():
            if not self._step():
                self._pause()
        self._wakeup.close()

    def _step(self) -> bool:
        """Whether a chunk was applied, so that the next one is looked for at once."""
        try:
            found = apply_next(self._engine, self._applier, self._catalog)
        except CatalogAwayError as error:
            return self._wait_out(f"the catalog is away: {error}")
        except DATABASE_ERRORS as error:
            return self._wait_out(type(error).__name__)
        except Exception:
            logger.exception("a chunk could not be applied; it is due again when its lease ends")
            return self._wait_out("see the error above")
        self._outage.note("")
        return found

    def _wait_out(self, reason: str) -> bool:
        self._outage.note(reason)
        self._stop.wait(AWAY_SECONDS)
        return False

    def _pause(self) -> None:
        try:
            is_expected = is_load_open(self._engine, self._registry.loads())
        except DATABASE_ERRORS:
            is_expected = False
        if is_expected:
            self._stop.wait(EXPECTING_SECONDS)
        else:
            self._wakeup.wait(IDLE_SECONDS, self._stop)
