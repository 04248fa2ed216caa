"""Users, their sessions and tokens, one-time links, and how often somebody tried to sign in."""

from alembic import op

revision = "0001"
down_revision = None

# A name is ASCII in small letters, so that none looks like another one.
USERS = """
CREATE TABLE identity.users (
    id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name          text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9._@+-]{0,63}$'),
    full_name     text,
    role          text NOT NULL CHECK (role IN ('reader', 'operator', 'editor', 'admin')),
    password_hash text,
    is_disabled   boolean NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT now(),
    signed_in_at  timestamptz
)"""

# Of a session's secret the SHA-256 is enough: it has 256 random bits.
SESSION = """
CREATE TABLE identity.session (
    id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    digest     bytea NOT NULL UNIQUE,
    user_id    uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    address    text NOT NULL,
    user_agent text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at    timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
)"""

TOKENS = """
CREATE TABLE identity.token (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    key          text NOT NULL UNIQUE,
    pepper_id    text NOT NULL,
    digest       bytea NOT NULL,
    user_id      uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    name         text NOT NULL,
    scopes       text[] NOT NULL,
    networks     cidr[] NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    last_used_at timestamptz,
    revoked_at   timestamptz
)"""

# Without a user it is for the first administrator. It is deleted as it is used.
LINK = """
CREATE TABLE identity.link (
    digest     bytea PRIMARY KEY,
    user_id    uuid UNIQUE REFERENCES identity.users ON DELETE CASCADE,
    expires_at timestamptz NOT NULL
)"""

# From where a user has signed in, so that strangers' tries under his name do not keep him out.
KNOWN_NETWORK = """
CREATE TABLE identity.known_network (
    user_id uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    network cidr NOT NULL,
    seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, network)
)"""

# Each try moves `paid_until` on by `step`; it may be ahead of the clock by `room` at most.
SIGN_IN_TRY = """
CREATE TABLE identity.sign_in_try (
    subject    bytea PRIMARY KEY,
    paid_until timestamptz NOT NULL,
    step       interval NOT NULL,
    room       interval NOT NULL
) WITH (fillfactor = 50)"""

INDEXES = (
    "CREATE INDEX session_of_user ON identity.session (user_id, created_at)",
    "CREATE INDEX session_expiry ON identity.session (expires_at)",
    "CREATE INDEX token_of_user ON identity.token (user_id, created_at)",
    "CREATE UNIQUE INDEX link_of_nobody ON identity.link ((user_id IS NULL)) WHERE user_id IS NULL",
    "CREATE INDEX sign_in_try_paid ON identity.sign_in_try (paid_until)",
)


def upgrade() -> None:
    for statement in (USERS, SESSION, TOKENS, LINK, KNOWN_NETWORK, SIGN_IN_TRY, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    for table in ("sign_in_try", "known_network", "link", "token", "session", "users"):
        op.execute(f"DROP TABLE identity.{table}")
