"""Bring the schema of identity up to date: ``python -m identity.migrate``; safe to run twice and at once."""

import sys
from pathlib import Path

from identity.settings import Settings
from stackroom_sql.migrate import Migration

MIGRATION = Migration(
    "identity",
    Path(__file__).parent / "migrations/versions",
    ("identity",),
    advisory_lock=0x57ACC_4,
)
migrate = MIGRATION.run

if __name__ == "__main__":
    sys.exit(MIGRATION.main(Settings))
