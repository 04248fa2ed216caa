"""A worker API that serves the oldest batch first, to its end.

Nothing but a test runs this. The fault tests must find what it does, else they prove nothing.
"""

from unittest.mock import patch

from sqlalchemy import text

from importer.ledger import claim, report
from importer.worker_api.app import create_app


def _oldest_first(statement: object) -> object:
    changed = str(statement).replace("ORDER BY served_at, id", "ORDER BY created_at, id")
    assert changed != str(statement)
    return text(changed)


patch.object(claim, "CLAIM", _oldest_first(claim.CLAIM)).start()
patch.object(report, "REPORT_AND_CLAIM", _oldest_first(report.REPORT_AND_CLAIM)).start()
app = create_app()
