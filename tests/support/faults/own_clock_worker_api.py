"""A worker API that ends leases by its own clock instead of the database's.

Nothing but a test runs this. The fault tests must find what it does, else they prove nothing.
"""

import os
from unittest.mock import patch

from sqlalchemy import text

from importer.ledger import claim, lease, report
from importer.worker_api.app import create_app

_OWN_CLOCK = f"now() + interval '{os.environ.get('FAKETIME', '0s').removesuffix('s')} seconds' + make_interval"


def _by_own_clock(statement: object) -> object:
    changed = str(statement).replace("now() + make_interval", _OWN_CLOCK)
    assert changed != str(statement)
    return text(changed)


patch.object(claim, "CLAIM", _by_own_clock(claim.CLAIM)).start()
patch.object(report, "REPORT_AND_CLAIM", _by_own_clock(report.REPORT_AND_CLAIM)).start()
patch.object(lease, "RENEW", _by_own_clock(lease.RENEW)).start()
app = create_app()
