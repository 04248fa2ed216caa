"""An importer that commits the batch before its rows are there.

Nothing but a test runs this. The fault tests must find what it does, else they prove nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from sqlalchemy import Connection, Engine

from importer.app import create_app
from importer.ledger import accept


@contextmanager
def _no_transaction(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        yield connection


patch.object(accept, "transaction", _no_transaction).start()
app = create_app()
