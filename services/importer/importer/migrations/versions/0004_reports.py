"""Which rows of a chunk were refused at the door: a report is checked against the others."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute("ALTER TABLE importer.chunk ADD COLUMN gaps text")


def downgrade() -> None:
    op.execute("ALTER TABLE importer.chunk DROP COLUMN gaps")
