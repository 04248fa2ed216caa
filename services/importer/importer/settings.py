"""Settings of the importer's three processes."""

import dataclasses

from stackroom_jobs.settings import BrokerSettings
from stackroom_kit.common_settings import PostgresSettings, WebSettings
from stackroom_kit.settings import Secret, integer, secret, setting, text, url


@dataclasses.dataclass(frozen=True)
class Settings(PostgresSettings, BrokerSettings, WebSettings):
    importer_database_uri: str | None = setting(
        "IMPORTER_DATABASE_URI",
        None,
        url("postgresql", "postgresql+psycopg2", is_secret=True),
        "Database of the ledger, where it is not the catalog's.",
    )
    worker_token: Secret = setting(
        "WORKER_TOKEN",
        Secret(),
        secret,
        "Token of the worker API. The importer takes several, separated by commas: one per host.",
    )
    lease_seconds: int = setting(
        "LEASE_SECONDS",
        30,
        integer(2, 3600),
        "A chunk that is not reported or renewed in this time is due again.",
    )
    max_record_bytes: int = setting(
        "MAX_RECORD_BYTES",
        64 * 1024,
        integer(64, 2**24),
        "Longest record, in bytes; a longer one is refused.",
    )
    max_batch_rows: int = setting(
        "MAX_BATCH_ROWS", 5_000_000, integer(1, 2_000_000_000), "Most rows of one batch; above it 413."
    )

    dispatcher_heartbeat_file: str = setting(
        "DISPATCHER_HEARTBEAT_FILE",
        "",
        text,
        "File that the dispatcher touches each second, for a health check.",
    )

    @property
    def ledger_uri(self) -> str:
        return self.importer_database_uri or self.database_uri
