"""Settings of the importer's four processes."""

import dataclasses

from stackroom_jobs.settings import BrokerSettings
from stackroom_kit.common_settings import (
    AuthSettings,
    CatalogAddressSettings,
    DiskSettings,
    MediaLimitSettings,
    ServiceTokenSettings,
    WebSettings,
)
from stackroom_kit.settings import Secret, integer, secret, setting, text
from stackroom_sql.settings import PostgresSettings, database_address

PEPPERS_SETTING = "WORKER_TOKEN_PEPPERS"


@dataclasses.dataclass(frozen=True)
class Settings(
    PostgresSettings,
    BrokerSettings,
    CatalogAddressSettings,
    ServiceTokenSettings,
    MediaLimitSettings,
    DiskSettings,
    AuthSettings,
    WebSettings,
):
    importer_database_uri: str | None = setting(
        "IMPORTER_DATABASE_URI",
        None,
        database_address(),
        "Database of the ledger, where it is not the catalog's.",
    )
    worker_token: Secret = setting(
        "WORKER_TOKEN",
        Secret(),
        secret,
        "Token of the worker API. The importer takes several, separated by commas: one per host.",
    )
    worker_token_peppers: Secret = setting(
        PEPPERS_SETTING,
        Secret(),
        secret,
        "Under which worker tokens that administrators make are stored, in the form of TOKEN_PEPPERS; without it none"
        " can be made.",
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
    max_refused_rows: int = setting(
        "MAX_REFUSED_ROWS",
        100_000,
        integer(0, 2_000_000_000),
        "Most rows of one batch that may be wrong; above it the whole batch is refused, 422.",
    )
    max_open_chunks: int = setting(
        "MAX_OPEN_CHUNKS",
        200_000,
        integer(1, 2_000_000_000),
        "Most chunks that may be open in all; above it batches are answered 503.",
    )
    max_open_chunks_per_source: int = setting(
        "MAX_OPEN_CHUNKS_PER_SOURCE",
        100_000,
        integer(1, 2_000_000_000),
        "Most open chunks of one source; above it its batches are answered 429.",
    )
    batch_retention_days: int = setting(
        "BATCH_RETENTION_DAYS",
        30,
        integer(1, 36_500),
        "Days after its end for which a batch's results are kept; after that it is answered 410.",
    )
    batch_mark_days: int = setting(
        "BATCH_MARK_DAYS",
        365,
        integer(1, 36_500),
        "Days after that for which a batch is known to have been: its id is 410 and its key refers to it; then 404.",
    )
    media_dir: str = setting(
        "MEDIA_DIR", "media", text, "Folder of the media files: uploads, pictures, and what you put there yourself."
    )
    upload_retention_days: int = setting(
        "UPLOAD_RETENTION_DAYS",
        30,
        integer(1, 36_500),
        "Days after it was last sent for which an upload is kept; longer while an open batch names it.",
    )
    max_picture_bytes: int = setting(
        "MAX_PICTURE_BYTES",
        8 * 1024 * 1024,
        integer(1024, 2**30),
        "Longest picture that a worker may deliver, in bytes.",
    )
    max_pictures: int = setting(
        "MAX_PICTURES", 10_000, integer(1, 1_000_000), "Most pictures that a worker may deliver for one record."
    )
    dispatcher_heartbeat_file: str = setting(
        "DISPATCHER_HEARTBEAT_FILE",
        "",
        text,
        "File that the dispatcher touches each second, for a health check.",
    )

    @property
    def database_uri(self) -> str:
        """Of the ledger."""
        return self.importer_database_uri or super().database_uri

    @property
    def migration_uri(self) -> str:
        return self.importer_database_uri or super().migration_uri
