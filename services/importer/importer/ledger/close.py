"""close: a batch with nothing left to do is looked at by no claim any more."""

from sqlalchemy import Engine

from importer.ledger.statements import CLOSE_FINISHED


def close_finished(engine: Engine) -> None:
    with engine.connect() as connection:
        connection.execute(CLOSE_FINISHED)
