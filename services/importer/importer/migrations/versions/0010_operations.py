"""What workers brought, what the catalog holds, and which of its operations each worker may serve."""

from alembic import op

revision = "0010"
down_revision = "0009"

# `revision` is another one whenever the rest of a row changes, so a look at names and revisions tells all changes.
OPERATION = """
CREATE TABLE importer.operation (
    name          text PRIMARY KEY,
    revision      text NOT NULL,
    version       integer NOT NULL,
    description   text NOT NULL,
    registered_by text NOT NULL,
    registered_at timestamptz NOT NULL DEFAULT now()
)"""
RESOURCE = """
CREATE TABLE importer.resource (
    name          text PRIMARY KEY,
    revision      text NOT NULL,
    position      integer NOT NULL,
    description   text NOT NULL,
    missing_since timestamptz
)"""
# `described` has the revisions under which a worker's own descriptions were registered, `refused` why others were not.
WORKER = """
ALTER TABLE importer.worker
    ADD COLUMN described jsonb NOT NULL DEFAULT '{}', ADD COLUMN refused jsonb NOT NULL DEFAULT '{}'"""


def upgrade() -> None:
    for statement in (OPERATION, RESOURCE, WORKER):
        op.execute(statement)


def downgrade() -> None:
    op.execute("ALTER TABLE importer.worker DROP COLUMN described, DROP COLUMN refused")
    for table in ("resource", "operation"):
        op.execute(f"DROP TABLE importer.{table}")
