"""renew: a worker that still computes keeps its lease."""

from sqlalchemy import Engine

from importer.ledger.statements import RENEW


def renew(engine: Engine, token: str, current: int, total: int, lease_seconds: int) -> bool:
    """Whether the lease still is this token's; ``current`` of ``total`` tells how far a long record is."""
    with engine.connect() as connection:
        parameters = {"token": token, "current": current, "total": total, "lease": lease_seconds}
        return connection.execute(RENEW, parameters).first() is not None
