"""Find the open batches of an operation. ``applied_at`` gives them an order that no other index has."""

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("CREATE INDEX batch_open_of_operation ON importer.batch (operation, queue, applied_at) WHERE open")


def downgrade() -> None:
    op.execute("DROP INDEX importer.batch_open_of_operation")
