"""Reads what the catalog holds, for the operations that load it; the last answer is kept while the catalog is away."""

import time

from sqlalchemy import Engine

from importer.loads.catalog import Catalog, CatalogAwayError, decoded_answer
from importer.outage_log import OutageLog
from importer.registry.store import keep_resources
from stackroom_kit.resources import DescribedResources

READ_SECONDS = 5.0
KEEP_SECONDS = 60.0  # after which the same answer is written again, should somebody have taken it away


class ResourceReader:
    """For one thread at a time."""

    def __init__(self, engine: Engine, catalog: Catalog) -> None:
        self._engine = engine
        self._catalog = catalog
        self._last = b""
        self._keep_at = self._read_at = 0.0
        self._outage = OutageLog("read what the catalog holds")

    def read(self) -> None:
        """At most once in READ_SECONDS, whether the catalog answers or not. A database error."""
        now = time.monotonic()
        if now < self._read_at:
            return
        self._read_at = now + READ_SECONDS
        try:
            data = self._catalog.resources()
            listed = decoded_answer(data, DescribedResources).items
        except CatalogAwayError as error:
            self._outage.note(str(error))
            return
        self._outage.note("")
        if data != self._last or now >= self._keep_at:
            keep_resources(self._engine, listed)
            self._last, self._keep_at = data, now + KEEP_SECONDS
