"""The ids of plain tasks that were sent, so that one that never was can be told from one that waits."""

from alembic import op

revision = "0007"
down_revision = "0006"

PLAIN_TASK = """
CREATE TABLE importer.plain_task (
    id      text PRIMARY KEY,
    name    text NOT NULL,
    queue   text NOT NULL,
    sent_at timestamptz NOT NULL DEFAULT now()
)"""


def upgrade() -> None:
    op.execute(PLAIN_TASK)
    op.execute("CREATE INDEX plain_task_sent_at ON importer.plain_task (sent_at)")


def downgrade() -> None:
    op.execute("DROP TABLE importer.plain_task")
