"""On which lines of their file the rows of a chunk stand, as runs of ``row:line``; empty where both are equal."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("ALTER TABLE importer.chunk ADD COLUMN lines text NOT NULL DEFAULT ''")


def downgrade() -> None:
    op.execute("ALTER TABLE importer.chunk DROP COLUMN lines")
