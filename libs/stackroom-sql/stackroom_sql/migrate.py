"""Bring the schemas of a service up to date with Alembic, or back; safe to run twice and at once."""

import dataclasses
import logging
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from psycopg2.errorcodes import LOCK_NOT_AVAILABLE
from sqlalchemy import Connection, create_engine, inspect, make_url, text
from sqlalchemy.exc import OperationalError

from stackroom_kit.common_settings import LogSettings
from stackroom_kit.logs import configure_logging
from stackroom_kit.settings import SettingsError, read_settings
from stackroom_sql.errors import sql_state
from stackroom_sql.settings import PostgresSettings

LOCK_SECONDS = 5  # whoever comes behind a migration that waits for a lock waits too, so it gives up soon
# Of rights that the present role gave, which is all that it may take back.
_WRITERS_OF_VERSION = """
SELECT DISTINCT quote_ident(grantee) FROM information_schema.role_table_grants
WHERE table_schema = :schema AND table_name = 'alembic_version' AND privilege_type IN ('INSERT', 'UPDATE', 'DELETE')
  AND grantor = current_user AND grantee NOT IN (current_user, 'PUBLIC')"""
_REVISION = re.compile(r"[0-9]{4}", re.ASCII)
logger = logging.getLogger(__name__)


class MigrationError(Exception):
    """What is in the way, for people. Nothing was changed."""


class LockedError(MigrationError):
    """A lock could not be had in time."""

    def __init__(self) -> None:
        super().__init__(
            "the migration needs a lock that another session of the database keeps; nothing was changed, and the next "
            "start tries again. pg_stat_activity shows who has been in a transaction for long"
        )


@dataclasses.dataclass(frozen=True)
class Migration:
    """Of one service. ``versions`` is the folder of its revisions.

    ``schemas`` are made where they are missing; the first of them keeps the version. ``advisory_lock`` is a number that
    no other service has. ``has_sqlite``: the service also runs on SQLite, where it makes its tables at start.
    """

    service: str
    versions: Path
    schemas: tuple[str, ...]
    advisory_lock: int
    has_sqlite: bool = False

    def run(self, database_uri: str, role: str = "", lock_seconds: float = LOCK_SECONDS) -> None:
        """One transaction under an advisory lock: either all is new, or nothing changed. MigrationError.

        ``role`` is that of the service, where it is another one than that of ``database_uri``.
        """
        try:
            with self._locked(database_uri, lock_seconds) as connection:
                self._make_missing_schemas(connection)
                command.upgrade(self._config(connection, role), "head")
                self._protect_version(connection)
        except CommandError as error:
            raise MigrationError(
                f"the schemas of the {self.service} cannot be brought up to date: {error}. Nothing was changed. Either "
                f"a migration is missing here, or the database is one of newer code, which alone can take it back: "
                f"python -m {self.service}.migrate downgrade REVISION"
            ) from None

    def downgrade(self, database_uri: str, revision: str, lock_seconds: float = LOCK_SECONDS) -> None:
        """Back to a revision of before, for the code of before. MigrationError.

        What later revisions added goes with all that is in it; nothing else does.
        """
        if not _REVISION.fullmatch(revision):  # such as `base`, which would take everything away
            raise MigrationError(f"{revision!r} is no revision: one is four digits; nothing was changed")
        try:
            with self._locked(database_uri, lock_seconds) as connection:
                command.downgrade(self._config(connection, ""), revision)
        except CommandError as error:
            raise MigrationError(
                f"{self.service} cannot go back to {revision!r}: {error}; nothing was changed"
            ) from None

    @contextmanager
    def _locked(self, database_uri: str, lock_seconds: float) -> Iterator[Connection]:
        """One transaction of one migration at a time."""
        engine = create_engine(database_uri)
        try:
            with engine.begin() as connection:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": self.advisory_lock})
                connection.execute(text(f"SET LOCAL lock_timeout = {int(1000 * lock_seconds)}"))
                yield connection
        except OperationalError as error:
            if sql_state(error) == LOCK_NOT_AVAILABLE:
                raise LockedError from None
            raise
        finally:
            engine.dispose()

    def _make_missing_schemas(self, connection: Connection) -> None:
        """Look before creating: a role without the right to create schemas must be able to run the migration."""
        there = set(inspect(connection).get_schema_names())
        for schema in self.schemas:
            if schema not in there:
                connection.execute(text(f"CREATE SCHEMA {schema}"))

    def _protect_version(self, connection: Connection) -> None:
        """Only who migrates may write the version. Others have their right from the defaults of the schema."""
        for grantee in connection.execute(text(_WRITERS_OF_VERSION), {"schema": self.schemas[0]}).scalars():
            connection.execute(
                text(f"REVOKE INSERT, UPDATE, DELETE ON {self.schemas[0]}.alembic_version FROM {grantee}")
            )

    def _config(self, connection: Connection, role: str) -> Config:
        """``attributes`` reach ``alembic/env.py`` and the revisions."""
        config = Config()
        config.set_main_option("script_location", _literal(Path(__file__).parent / "alembic"))
        config.set_main_option("version_locations", _literal(self.versions))
        config.set_main_option("path_separator", "newline")
        config.attributes["connection"] = connection
        config.attributes["version_schema"] = self.schemas[0]
        config.attributes["role"] = role or connection.execute(text("SELECT current_user")).scalar_one()
        return config

    def main(self, settings_class: type[PostgresSettings], words: Sequence[str] = ()) -> int:
        """The command: 0, or 1 or 2 with a line on standard error. ``words`` may be ``downgrade REVISION``."""
        try:
            settings = read_settings(settings_class)
            configure_logging(read_settings(LogSettings).log_level, f"{self.service}-migrate")
            if words:
                self._go_back(settings, words)
            else:
                self._migrate(settings)
        except (SettingsError, MigrationError) as error:
            sys.stderr.write(f"{error}\n")
            return 2 if isinstance(error, SettingsError) else 1
        return 0

    def _go_back(self, settings: PostgresSettings, words: Sequence[str]) -> None:
        if len(words) != 2 or words[0] != "downgrade":
            raise SettingsError(f"{' '.join(words)!r} is not understood: downgrade REVISION, or nothing")
        self.downgrade(settings.migration_uri, words[1])
        logger.info("the schemas of the %s are those of revision %s", self.service, words[1])

    def _migrate(self, settings: PostgresSettings) -> None:
        address = make_url(settings.database_uri)
        if self.has_sqlite and address.get_backend_name() == "sqlite":
            logger.info("SQLite needs no migration: its tables are made at start")
            return
        self.run(settings.migration_uri, address.username or "")
        logger.info("the schemas of the %s are up to date", self.service)


def _literal(path: Path) -> str:
    """Alembic's settings take ``%`` for a sign of their own."""
    return str(path).replace("%", "%%")
