"""Settings of the catalog."""

import dataclasses

from stackroom_kit.common_settings import PostgresSettings, WebSettings


@dataclasses.dataclass(frozen=True)
class Settings(PostgresSettings, WebSettings):
    """Nothing of its own yet: a database, a web server, logs."""
