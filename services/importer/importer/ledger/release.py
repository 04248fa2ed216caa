"""release: a worker that must stop gives its chunk back, and the attempt is not counted."""

from sqlalchemy import Engine

from importer.ledger.statements import RELEASE


def release(engine: Engine, token: str, pause_seconds: float = 0) -> bool:
    """Whether the chunk was still this token's; it is due again after the pause."""
    with engine.connect() as connection:
        return connection.execute(RELEASE, {"token": token, "pause": pause_seconds}).first() is not None
