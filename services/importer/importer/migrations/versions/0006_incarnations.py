"""Whose a worker's name is, and which of its selves holds a chunk."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute("ALTER TABLE importer.worker ADD COLUMN token_id text, ADD COLUMN incarnation text")
    op.execute("ALTER TABLE importer.chunk ADD COLUMN incarnation text")


def downgrade() -> None:
    op.execute("ALTER TABLE importer.chunk DROP COLUMN incarnation")
    op.execute("ALTER TABLE importer.worker DROP COLUMN token_id, DROP COLUMN incarnation")
