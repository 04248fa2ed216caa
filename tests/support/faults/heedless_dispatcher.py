"""A dispatcher that applies what was cancelled.

Nothing but a test runs this. The fault tests must find what it does, else they prove nothing.
"""

import sys
from unittest.mock import patch

from sqlalchemy import text

from importer.dispatcher.__main__ import main
from importer.ledger import apply

_HEEDLESS = "c.state IN ('applying', 'cancelled') AND c.output IS NOT NULL AND c.due_at <= now()"

if __name__ == "__main__":
    statement = str(apply.TAKE_APPLYING).replace("c.state = 'applying' AND c.due_at <= now()", _HEEDLESS)
    statement = statement.replace("b.cancelled_at IS NOT NULL AS is_cancelled", "false AS is_cancelled")
    with patch.object(apply, "TAKE_APPLYING", text(statement)):
        sys.exit(main())
