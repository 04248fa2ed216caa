"""Who waits for whom in PostgreSQL."""

from sqlalchemy import Engine, text

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")


def waiting_for_locks(engine: Engine) -> int:
    """Connections to this database. It asks on one of its own: within a transaction the answer would stay the same."""
    with engine.connect() as connection:
        found: int = connection.execute(WAITING).scalar_one()
        return found
