"""Bring the catalog's schemas up to date: ``python -m catalog.migrate``; safe to run twice and at once."""

import logging
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from catalog.adoption import AdoptionError, make_missing_schemas
from catalog.settings import Settings
from stackroom_kit.logs import configure_logging
from stackroom_kit.postgres import LOCK_NOT_AVAILABLE, LOCK_SECONDS, LockedError
from stackroom_kit.settings import SettingsError, read_settings

ADVISORY_LOCK = 0x57ACC_2
logger = logging.getLogger(__name__)


def migrate(database_uri: str, role: str = "", lock_seconds: float = LOCK_SECONDS) -> None:
    """One transaction under an advisory lock. AdoptionError names every difference of tables that were there before.

    LockedError where somebody keeps a table for longer than ``lock_seconds``.

    ``role`` is that of the service, where it is another one than that of ``database_uri``.
    """
    engine = create_engine(database_uri)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
            connection.execute(text(f"SET LOCAL lock_timeout = {int(lock_seconds * 1000)}"))
            make_missing_schemas(connection)
            config.attributes["connection"] = connection
            config.attributes["role"] = role or connection.execute(text("SELECT current_user")).scalar_one()
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
    configure_logging(settings.log_level, "catalog-migrate")
    if settings.database_uri.startswith("sqlite"):
        logger.info("SQLite needs no migration: its tables are made at start")
        return 0
    try:
        migrate(settings.migration_uri, make_url(settings.database_uri).username or "")
    except (AdoptionError, LockedError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    logger.info("the catalog's schemas are up to date")
    return 0


if __name__ == "__main__":
    sys.exit(main())
