"""Settings of the catalog."""

import dataclasses

from stackroom_kit.common_settings import AuthSettings, ServiceTokenSettings, WebSettings
from stackroom_kit.settings import integer, setting
from stackroom_sql.settings import PostgresSettings


@dataclasses.dataclass(frozen=True)
class Settings(PostgresSettings, ServiceTokenSettings, AuthSettings, WebSettings):
    max_bulk_items: int = setting(
        "MAX_BULK_ITEMS", 10_000, integer(1, 1_000_000), "Most items of one bulk call; above it 413."
    )
    search_seconds: int = setting(
        "SEARCH_SECONDS",
        15,
        integer(1, 60),
        "Longest search (q) in a list; above it 503. An index makes searches short: docs/operations.md.",
    )
    applied_retention_days: int = setting(
        "APPLIED_RETENTION_DAYS",
        60,
        integer(2, 36_500),
        "Days for which the keys of bulk calls are remembered; longer than BATCH_RETENTION_DAYS.",
    )
