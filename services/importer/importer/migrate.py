"""Bring the schema ``importer`` up to date: ``python -m importer.migrate``; safe to run twice and at once.

``python -m importer.migrate downgrade 0010`` goes back, for the importer of before.
"""

import sys
from pathlib import Path

from importer.settings import Settings
from stackroom_sql.migrate import Migration

MIGRATION = Migration("importer", Path(__file__).parent / "migrations/versions", ("importer",), advisory_lock=0x57ACC_1)
migrate = MIGRATION.run

if __name__ == "__main__":
    sys.exit(MIGRATION.main(Settings, sys.argv[1:]))
