"""Which plain tasks were ever sent: one row each, without what they were sent with."""

from sqlalchemy import Engine, text

ROWS_PER_SWEEP = 1000  # the next sweep follows at once

_INSERT = text("INSERT INTO importer.plain_task (id, name, queue) VALUES (:id, :name, :queue)")
_IS_KNOWN = text("SELECT EXISTS (SELECT FROM importer.plain_task WHERE id = :id)")
_DELETE_OLD = text("""
DELETE FROM importer.plain_task WHERE id IN (
  SELECT id FROM importer.plain_task WHERE sent_at < now() - make_interval(days => :days)
  ORDER BY sent_at LIMIT :limit)""")


def note_issued(engine: Engine, task_id: str, name: str, queue: str) -> None:
    with engine.connect() as connection:
        connection.execute(_INSERT, {"id": task_id, "name": name, "queue": queue})


def is_issued(engine: Engine, task_id: str) -> bool:
    with engine.connect() as connection:
        return bool(connection.execute(_IS_KNOWN, {"id": task_id}).scalar())


def forget_old_tasks(engine: Engine, days: int) -> int:
    """Their number, at most ROWS_PER_SWEEP."""
    with engine.connect() as connection:
        return connection.execute(_DELETE_OLD, {"days": days, "limit": ROWS_PER_SWEEP}).rowcount
