"""The register's two tables, made or adopted, and the ledger of bulk requests that were applied."""

from alembic import context, op

from catalog.adoption import make_or_adopt_tables

revision = "0001"
down_revision = None

APPLIED_REQUEST = """
CREATE TABLE catalog.applied_request (
    scope      text NOT NULL,
    key        text NOT NULL,
    digest     text NOT NULL,
    outcome    text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, key)
)"""


def upgrade() -> None:
    make_or_adopt_tables(op.get_bind(), context.config.attributes["role"])
    op.execute(APPLIED_REQUEST)


def downgrade() -> None:
    """The two tables of the register are the collection's own and stay."""
    op.execute("DROP TABLE catalog.applied_request")
