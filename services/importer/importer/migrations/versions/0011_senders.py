"""Who sent a batch, as he was named then. Of batches that were there before, nobody knows."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    for column in ("actor_id", "actor_name", "actor_kind"):
        op.execute(f"ALTER TABLE importer.batch ADD COLUMN {column} text")
    op.execute("CREATE INDEX batch_of_actor ON importer.batch (actor_id, created_at DESC, id DESC)")


def downgrade() -> None:
    op.execute("DROP INDEX importer.batch_of_actor")
    for column in ("actor_id", "actor_name", "actor_kind"):
        op.execute(f"ALTER TABLE importer.batch DROP COLUMN {column}")
