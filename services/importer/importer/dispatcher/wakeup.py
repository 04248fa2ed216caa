"""NOTIFY from an accepted batch wakes the dispatcher at once; it is only a hint, and a pooler may swallow it."""

import logging
import select
from typing import Any

import psycopg2
from sqlalchemy import make_url

from stackroom_sql.engine import TCP_OPTIONS

logger = logging.getLogger(__name__)
CHANNEL = "importer_work"


class Wakeup:
    """A connection of its own that listens; without it ``wait`` is a plain pause."""

    def __init__(self, database_uri: str) -> None:
        self._dsn = make_url(database_uri).set(drivername="postgresql").render_as_string(hide_password=False)
        self._connection: Any = None

    def _listen(self) -> None:
        self._connection = psycopg2.connect(self._dsn, **TCP_OPTIONS)
        self._connection.autocommit = True
        with self._connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")

    def wait(self, seconds: float, stop: Any) -> None:
        """Until a notice, ``seconds`` at most. ``stop`` is an event that a signal may set meanwhile."""
        try:
            if self._connection is None:
                self._listen()
            if select.select([self._connection], [], [], seconds)[0]:
                self._connection.poll()
                self._connection.notifies.clear()
        except (psycopg2.Error, OSError, ValueError) as error:
            logger.warning("cannot listen to PostgreSQL, looking each second instead: %s", type(error).__name__)
            self.close()
            stop.wait(seconds)

    def close(self) -> None:
        if self._connection is not None and not self._connection.closed:
            self._connection.close()
        self._connection = None
