"""Bring the catalog's schemas up to date: ``python -m catalog.migrate``; safe to run twice and at once.

Of tables that were there before, every difference from what the catalog needs is named (AdoptionError).
"""

import sys
from pathlib import Path

from catalog.database import REGISTER, SCHEMA
from catalog.settings import Settings
from stackroom_sql.migrate import Migration

MIGRATION = Migration(
    "catalog",
    Path(__file__).parent / "migrations/versions",
    (SCHEMA, REGISTER),
    advisory_lock=0x57ACC_2,
    has_sqlite=True,
)
migrate = MIGRATION.run

if __name__ == "__main__":
    sys.exit(MIGRATION.main(Settings, sys.argv[1:]))
