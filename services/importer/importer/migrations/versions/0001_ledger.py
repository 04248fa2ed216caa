"""The ledger: batches, their chunks, the rows that were refused, and the workers that were seen."""

from alembic import op

revision = "0001"
down_revision = None

BATCH = """
CREATE TABLE importer.batch (
    id              text PRIMARY KEY,
    idempotency_key text UNIQUE,
    digest          text NOT NULL,
    operation       text NOT NULL,
    options         text NOT NULL,
    source          text NOT NULL,
    queue           text NOT NULL,
    request_id      text NOT NULL,
    rows            integer NOT NULL DEFAULT 0,
    refused         integer NOT NULL DEFAULT 0,
    retry_of        text,
    open            boolean NOT NULL DEFAULT true,
    created_at      timestamptz NOT NULL DEFAULT now(),
    served_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_at      timestamptz,
    cancelled_at    timestamptz
)"""

CHUNK = """
CREATE TABLE importer.chunk (
    batch_id    text NOT NULL REFERENCES importer.batch ON DELETE CASCADE,
    first_row   integer NOT NULL,
    last_row    integer NOT NULL,
    rows        integer NOT NULL,
    queue       text NOT NULL,
    state       text NOT NULL DEFAULT 'ready'
                CHECK (state IN ('ready', 'leased', 'applying', 'done', 'cancelled')),
    attempts    integer NOT NULL DEFAULT 0,
    failures    integer NOT NULL DEFAULT 0,
    deaths      integer NOT NULL DEFAULT 0,
    expired     integer NOT NULL DEFAULT 0,
    due_at      timestamptz NOT NULL DEFAULT now(),
    token       text,
    worker      text,
    delivery    text,
    current     bigint NOT NULL DEFAULT 0,
    total       bigint NOT NULL DEFAULT 0,
    failed_rows integer NOT NULL DEFAULT 0,
    error_code  text,
    error       text,
    finished_at timestamptz,
    records     text NOT NULL,
    output      text,
    PRIMARY KEY (batch_id, first_row)
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_cost_delay = 0)"""

REFUSED_ROW = """
CREATE TABLE importer.refused_row (
    batch_id text NOT NULL REFERENCES importer.batch ON DELETE CASCADE,
    row      integer NOT NULL,
    line     text NOT NULL,
    PRIMARY KEY (batch_id, row)
)"""

WORKER = """
CREATE TABLE importer.worker (
    name       text PRIMARY KEY,
    host       text NOT NULL,
    contract   integer NOT NULL,
    queues     text[] NOT NULL,
    operations text[] NOT NULL,
    slots      integer NOT NULL,
    versions   text NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    last_seen  timestamptz NOT NULL DEFAULT now()
)"""

# What is due is found by queue and batch; `due_at` of a leased chunk is the end of its lease.
# A token is unique for ever: a late copy of a claim can then never take a second chunk.
INDEXES = (
    "CREATE INDEX batch_open ON importer.batch (queue, served_at, id) WHERE open",
    "CREATE INDEX batch_newest ON importer.batch (created_at DESC, id DESC)",
    """CREATE INDEX chunk_due_of_batch ON importer.chunk (queue, batch_id, due_at, first_row)
    WHERE state IN ('ready', 'leased')""",
    "CREATE UNIQUE INDEX chunk_token ON importer.chunk (token) WHERE token IS NOT NULL",
    "CREATE INDEX chunk_delivery ON importer.chunk (delivery) WHERE state = 'leased'",
    "CREATE INDEX chunk_expired ON importer.chunk (due_at) WHERE state = 'leased'",
)


def _compress_texts() -> None:
    """lz4 where the server has it, else none: pglz costs a quarter of the throughput."""
    allowed = (
        op.get_bind()
        .exec_driver_sql("SELECT 'lz4' = ANY(enumvals) FROM pg_settings WHERE name = 'default_toast_compression'")
        .scalar()
    )
    for column in ("records", "output"):
        if allowed:
            op.execute(f"ALTER TABLE importer.chunk ALTER COLUMN {column} SET COMPRESSION lz4")
        else:
            op.execute(f"ALTER TABLE importer.chunk ALTER COLUMN {column} SET STORAGE EXTERNAL")


def upgrade() -> None:
    for statement in (BATCH, CHUNK, REFUSED_ROW, WORKER, *INDEXES):
        op.execute(statement)
    _compress_texts()


def downgrade() -> None:
    for table in ("worker", "refused_row", "chunk", "batch"):
        op.execute(f"DROP TABLE importer.{table}")
