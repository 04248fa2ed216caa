"""Loads into the catalog, retries, undoing, and batches whose time is over."""

from alembic import op

revision = "0002"
down_revision = "0001"

# What a batch came as, what it takes back, when its rows went, and when it was last applied.
BATCH = """
ALTER TABLE importer.batch
    ADD COLUMN input text NOT NULL DEFAULT '{}',
    ADD COLUMN undo_of text,
    ADD COLUMN ended_at timestamptz,
    ADD COLUMN expired_at timestamptz,
    ADD COLUMN has_payloads boolean NOT NULL DEFAULT true,
    ADD COLUMN drops_payloads boolean NOT NULL DEFAULT false,
    ADD COLUMN applied_at timestamptz NOT NULL DEFAULT clock_timestamp()"""

# Whether it is applied to the catalog, who does that now, whether the catalog may have heard of it, how often it
# refused, and what changed there.
CHUNK = """
ALTER TABLE importer.chunk
    ADD COLUMN applies boolean NOT NULL DEFAULT false,
    ADD COLUMN applier text,
    ADD COLUMN offered boolean NOT NULL DEFAULT false,
    ADD COLUMN refusals integer NOT NULL DEFAULT 0,
    ADD COLUMN created integer NOT NULL DEFAULT 0,
    ADD COLUMN updated integer NOT NULL DEFAULT 0,
    ADD COLUMN unchanged integer NOT NULL DEFAULT 0,
    ADD COLUMN skipped integer NOT NULL DEFAULT 0,
    ADD COLUMN removed integer NOT NULL DEFAULT 0"""

INDEXES = (
    "CREATE INDEX chunk_applying ON importer.chunk (batch_id, first_row) WHERE state = 'applying'",
    "CREATE INDEX batch_drops_payloads ON importer.batch (id) WHERE drops_payloads AND has_payloads",
    "CREATE INDEX batch_ended ON importer.batch (ended_at) WHERE expired_at IS NULL AND NOT open",
)


def upgrade() -> None:
    for statement in (BATCH, CHUNK, *INDEXES):
        op.execute(statement)
    op.execute("UPDATE importer.batch SET ended_at = now() WHERE NOT open")


def downgrade() -> None:
    op.execute("DROP INDEX importer.batch_ended, importer.batch_drops_payloads, importer.chunk_applying")
    batch = ("input", "undo_of", "ended_at", "expired_at", "has_payloads", "drops_payloads", "applied_at")
    chunk = ("applies", "applier", "offered", "refusals", "created", "updated", "unchanged", "skipped", "removed")
    for table, columns in (("batch", batch), ("chunk", chunk)):
        op.execute(f"ALTER TABLE importer.{table} " + ", ".join(f"DROP COLUMN {name}" for name in columns))
