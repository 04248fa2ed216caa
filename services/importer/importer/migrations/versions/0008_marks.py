"""Find the marks of batches whose time is over."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("CREATE INDEX batch_expired ON importer.batch (expired_at) WHERE expired_at IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP INDEX importer.batch_expired")
