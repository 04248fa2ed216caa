"""Tokens of hosts with workers. Of each only an HMAC is kept."""

from alembic import op

revision = "0012"
down_revision = "0011"

# `key` is the part of a token by which it is found. Without queues it is for all of them, without an end for ever.
TOKENS = """
CREATE TABLE importer.worker_token (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name       text NOT NULL,
    key        text NOT NULL UNIQUE,
    pepper_id  text NOT NULL,
    digest     bytea NOT NULL,
    queues     text[] NOT NULL,
    created_by text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    last_seen  timestamptz,
    worker     text,
    contract   integer,
    revoked_at timestamptz
)"""
ONE_OF_A_NAME = "CREATE UNIQUE INDEX worker_token_name ON importer.worker_token (name) WHERE revoked_at IS NULL"


def upgrade() -> None:
    op.execute(TOKENS)
    op.execute(ONE_OF_A_NAME)


def downgrade() -> None:
    op.execute("DROP TABLE importer.worker_token")
