"""A dispatcher that trusts Redis: it rings when a batch comes, and never again.

Nothing but a test runs this. The fault tests must find what it does, else they prove nothing.
"""

import sys
from unittest.mock import patch

from sqlalchemy import Engine, text

from importer.dispatcher import loop
from importer.dispatcher.__main__ import main
from importer.dispatcher.ring import ring
from importer.registry.registry import Registry
from stackroom_jobs.doorbells import Doorbells

_seen = [0]


def _ring_once(engine: Engine, registry: Registry, bells: Doorbells) -> bool:
    with engine.connect() as connection:
        batches = connection.execute(text("SELECT count(*) FROM importer.batch")).scalar_one()
    if batches == _seen[0]:
        return False
    _seen[0] = batches
    return ring(engine, registry, bells)


if __name__ == "__main__":
    with patch.object(loop, "ring", _ring_once):
        sys.exit(main())
