"""Bring the schema ``importer`` up to date: ``python -m importer.migrate``; safe to run twice and at once."""

import logging
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import OperationalError

from importer.settings import Settings
from stackroom_kit.logs import configure_logging
from stackroom_kit.postgres import LOCK_NOT_AVAILABLE, LOCK_SECONDS, LockedError
from stackroom_kit.settings import SettingsError, read_settings

ADVISORY_LOCK = 0x57ACC_1
SCHEMA = "importer"
logger = logging.getLogger(__name__)


def _make_schema(connection: Connection) -> None:
    """Look before creating: a role without the right to create schemas must be able to run this."""
    exists = connection.execute(
        text("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = :schema)"), {"schema": SCHEMA}
    ).scalar()
    if not exists:
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))


def migrate(database_uri: str, lock_seconds: float = LOCK_SECONDS) -> None:
    """One transaction under an advisory lock: either the whole schema is new, or nothing changed.

    LockedError where somebody keeps a table for longer than ``lock_seconds``.
    """
    engine = create_engine(database_uri)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            connection.execute(text(f"SET LOCAL lock_timeout = {int(lock_seconds * 1000)}"))
            _make_schema(connection)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except OperationalError as error:
        if getattr(error.orig, "pgcode", None) == LOCK_NOT_AVAILABLE:
            raise LockedError from None
        raise
    finally:
        engine.dispose()


def main() -> int:
    try:
        settings = read_settings(Settings)
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    configure_logging(settings.log_level, "importer-migrate")
    try:
        migrate(settings.ledger_migration_uri)
    except LockedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    logger.info("schema %s is up to date", SCHEMA)
    return 0


if __name__ == "__main__":
    sys.exit(main())
