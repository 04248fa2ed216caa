"""Programs that wait until a person in a browser lets them in (RFC 8628)."""

from alembic import op

revision = "0002"
down_revision = "0001"

# `user_code` is what a person types; alone it opens nothing. Without a user nobody has decided yet.
DEVICE = """
CREATE TABLE identity.device (
    digest     bytea PRIMARY KEY,
    user_code  text NOT NULL UNIQUE,
    client     text NOT NULL,
    address    text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL,
    asked_at   timestamptz,
    user_id    uuid REFERENCES identity.users ON DELETE CASCADE,
    scopes     text[],
    is_refused boolean NOT NULL DEFAULT false
)"""
INDEXES = (
    "CREATE INDEX device_expiry ON identity.device (expires_at)",
    "CREATE INDEX device_address ON identity.device (address)",
    "CREATE INDEX device_of_user ON identity.device (user_id)",
)


def upgrade() -> None:
    for statement in (DEVICE, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE identity.device")
