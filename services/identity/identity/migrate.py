"""Bring the schema of identity up to date: ``python -m identity.migrate``; safe to run twice and at once.

Each start begins with it, so it also ends what holds for one start alone: the link for the first administrator.
"""

import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from identity import links, users
from identity.database import make_engine
from identity.settings import Settings
from stackroom_kit.settings import read_settings
from stackroom_sql.engine import transaction
from stackroom_sql.migrate import Migration

MIGRATION = Migration(
    "identity",
    Path(__file__).parent / "migrations/versions",
    ("identity",),
    advisory_lock=0x57ACC_4,
)
migrate = MIGRATION.run
logger = logging.getLogger(__name__)


def main(words: Sequence[str] = ()) -> int:
    """0, or 1 or 2 with a line on standard error. ``words`` are those of ``Migration.main``."""
    status = MIGRATION.main(Settings, words)
    if status == 0 and not words:
        engine = make_engine(read_settings(Settings).migration_uri, 1)
        with transaction(engine) as connection:
            links.forget_set_up_link(connection)
            if not users.has_admin(connection):
                logger.warning("there is no administrator yet: `stackroom-admin set-up` prints the link for the first")
        engine.dispose()
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
