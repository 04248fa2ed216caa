"""With which version of its operation a batch was accepted. Of batches that were there before, nobody knows."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute("ALTER TABLE importer.batch ADD COLUMN operation_version integer")


def downgrade() -> None:
    op.execute("ALTER TABLE importer.batch DROP COLUMN operation_version")
