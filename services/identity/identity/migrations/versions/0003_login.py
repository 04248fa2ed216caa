"""People who come from a provider (OpenID Connect): who they are there, and how their sessions end."""

from alembic import op

revision = "0003"
down_revision = "0002"

# `is_without_role`: the provider took the role away, so the provider may also give it back.
LOGIN = """
CREATE TABLE identity.login (
    issuer          text NOT NULL,
    subject         text NOT NULL,
    user_id         uuid NOT NULL UNIQUE REFERENCES identity.users ON DELETE CASCADE,
    is_without_role boolean NOT NULL DEFAULT false,
    created_at      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (issuer, subject)
)"""

# `provider_session` is its id at the provider; `way_out` is sealed.
SESSION = "ALTER TABLE identity.session ADD COLUMN provider_session text, ADD COLUMN way_out text"

# A logout token ends sessions once.
USED_LOGOUT = """
CREATE TABLE identity.logout_token (
    digest     bytea PRIMARY KEY,
    expires_at timestamptz NOT NULL
)"""
INDEXES = (
    "CREATE INDEX session_at_provider ON identity.session (provider_session) WHERE provider_session IS NOT NULL",
    "CREATE INDEX logout_token_expiry ON identity.logout_token (expires_at)",
)


def upgrade() -> None:
    for statement in (LOGIN, SESSION, USED_LOGOUT, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    """Whoever came from the provider stays as a user, who has no password until an administrator makes a link."""
    op.execute("DROP TABLE identity.logout_token")
    op.execute("ALTER TABLE identity.session DROP COLUMN provider_session, DROP COLUMN way_out")
    op.execute("DROP TABLE identity.login")
