"""What workers compute on, and how they are; how often a device failed under a chunk."""

from alembic import op

revision = "0003"
down_revision = "0002"

WORKER = """
ALTER TABLE importer.worker
    ADD COLUMN state text NOT NULL DEFAULT 'healthy' CHECK (state IN ('healthy', 'unhealthy', 'refused')),
    ADD COLUMN reason text,
    ADD COLUMN device text"""


def upgrade() -> None:
    op.execute(WORKER)
    op.execute("ALTER TABLE importer.chunk ADD COLUMN device_losses integer NOT NULL DEFAULT 0")


def downgrade() -> None:
    op.execute("ALTER TABLE importer.chunk DROP COLUMN device_losses")
    op.execute("ALTER TABLE importer.worker DROP COLUMN state, DROP COLUMN reason, DROP COLUMN device")
