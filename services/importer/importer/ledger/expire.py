"""expire: rows and results go, the batch stays as a mark for a time; payloads go as soon as nobody can want them again.

A sweep passes over what somebody holds, such as a batch of which an undo is being made. Its engine waits for no lock
for long: one that somebody keeps, as VACUUM FULL does, ends the sweep, and the next one tries again.
"""

from sqlalchemy import Connection, Engine, text

from stackroom_sql.engine import transaction

# What one sweep does at most: it must be done long before the statement's time is over.
SWEEP = {"batches": 500, "rows": 500_000}

# A sweep takes batches until they have so many rows together, but one at least.
_UP_TO_ROWS = """
taken AS (SELECT id FROM (SELECT id, sum(rows) OVER (ORDER BY id) - rows AS rows_before FROM found) AS counted
         WHERE rows_before < :rows)"""
DROP_PAYLOADS = text(f"""
WITH found AS (SELECT id, rows FROM importer.batch WHERE drops_payloads AND has_payloads
               LIMIT :batches FOR NO KEY UPDATE SKIP LOCKED), {_UP_TO_ROWS},
dropped AS (UPDATE importer.chunk c SET records = '' FROM taken WHERE c.batch_id = taken.id)
UPDATE importer.batch b SET has_payloads = false FROM taken WHERE b.id = taken.id""")

# expire: rows go, and the batch itself stays as a mark for a time, so that its id and its key are known to be over.
_MARK_EXPIRED = """
UPDATE importer.batch b SET expired_at = now(), has_payloads = false, open = false
WHERE {condition} AND b.expired_at IS NULL AND NOT EXISTS (
  SELECT FROM importer.chunk c WHERE c.batch_id = b.id AND c.state IN ('ready', 'leased', 'applying'))
RETURNING b.id"""
EXPIRE_ONE = text(_MARK_EXPIRED.format(condition="b.id = :batch_id"))
EXPIRE_OLD = text(f"""
WITH found AS (SELECT id, rows FROM importer.batch
               WHERE NOT open AND expired_at IS NULL AND ended_at < now() - make_interval(days => :days)
               ORDER BY ended_at LIMIT :batches FOR NO KEY UPDATE SKIP LOCKED), {_UP_TO_ROWS}
{_MARK_EXPIRED.format(condition="b.id IN (SELECT id FROM taken)")}""")
DELETE_CHUNKS = text("DELETE FROM importer.chunk WHERE batch_id = ANY(:ids)")
DELETE_REFUSED_ROWS = text("DELETE FROM importer.refused_row WHERE batch_id = ANY(:ids)")
FORGET_MARKS = text("""
DELETE FROM importer.batch WHERE id IN (
  SELECT id FROM importer.batch WHERE expired_at < now() - make_interval(days => :days)
  ORDER BY expired_at LIMIT :batches FOR UPDATE SKIP LOCKED)""")


def expire(engine: Engine, batch_id: str) -> bool:
    """False for a batch that is still open, or over already."""
    with transaction(engine) as connection:
        ids = list(connection.execute(EXPIRE_ONE, {"batch_id": batch_id}).scalars())
        _delete_rows(connection, ids)
    return bool(ids)


def expire_old(engine: Engine, days: int) -> int:
    """Batches that ended so many days ago; gives their number, and there may be more."""
    with transaction(engine) as connection:
        ids = list(connection.execute(EXPIRE_OLD, {"days": days, **SWEEP}).scalars())
        _delete_rows(connection, ids)
    return len(ids)


def _delete_rows(connection: Connection, ids: list[str]) -> None:
    if ids:
        connection.execute(DELETE_CHUNKS, {"ids": ids})
        connection.execute(DELETE_REFUSED_ROWS, {"ids": ids})


def drop_payloads(engine: Engine) -> int:
    """Nobody can want again what ended without a failed row; gives the number of batches, and there may be more."""
    with transaction(engine) as connection:
        return connection.execute(DROP_PAYLOADS, SWEEP).rowcount


def forget_marks(engine: Engine, days: int) -> int:
    """Batches that expired so many days ago are not known any more; nor are their keys, which are free again."""
    with transaction(engine) as connection:
        return connection.execute(FORGET_MARKS, {"days": days, "batches": SWEEP["batches"]}).rowcount
