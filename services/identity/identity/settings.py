"""Settings of identity."""

import dataclasses
import os

from stackroom_kit.common_settings import ActorSettings, WebSettings
from stackroom_kit.settings import Secret, integer, secret, setting, url
from stackroom_sql.settings import PostgresSettings


@dataclasses.dataclass(frozen=True)
class Settings(PostgresSettings, ActorSettings, WebSettings):
    token_peppers: Secret = setting(
        "TOKEN_PEPPERS",
        Secret(),
        secret,
        "Under which API tokens are stored: `id:pepper`, separated by commas; at least 32 characters each. The first is"
        " for new tokens, all are believed. Without the pepper of a token nobody can use it any more.",
    )
    session_idle_minutes: int = setting(
        "SESSION_IDLE_MINUTES", 480, integer(5, 525_600), "Minutes without a request after which a session is over."
    )
    session_days: int = setting(
        "SESSION_DAYS", 7, integer(1, 365), "Days after sign-in after which a session is over in any case."
    )
    max_token_days: int = setting(
        "MAX_TOKEN_DAYS", 365, integer(1, 3650), "Longest life of an API token, in days; each has an end."
    )
    public_url: str = setting(
        "PUBLIC_URL",
        "",
        url("http", "https"),
        "Address by which browsers reach the gateway, such as https://books.example; one-time links begin with it.",
    )

    @property
    def hashes_at_once(self) -> int:
        """Of one process: each takes a core, a thread and 64 MiB. Half of cores and threads are left to other calls."""
        return max(1, min(len(os.sched_getaffinity(0)) // (2 * self.web_processes), self.web_threads // 2))
