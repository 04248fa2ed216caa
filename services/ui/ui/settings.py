"""Settings of the gateway."""

import dataclasses

from stackroom_kit.common_settings import CatalogAddressSettings, MediaLimitSettings, WebSettings, service_address
from stackroom_kit.settings import integer, setting, text

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclasses.dataclass(frozen=True)
class Settings(CatalogAddressSettings, MediaLimitSettings, WebSettings):
    ui_host: str = setting("UI_HOST", "127.0.0.1", text, "Address that the gateway listens on.")
    ui_port: int = setting("UI_PORT", 5000, integer(1, 65535), "Port that the gateway listens on.")
    importer_url: str = setting(
        "IMPORTER_URL", "http://localhost:5002", service_address, "Where the importer's public API answers."
    )
    media_url: str | None = setting(
        "MEDIA_URL",
        None,
        service_address,
        "Where importer-media answers, which takes uploads and gives videos; the importer itself if empty.",
    )
    trusted_hosts: str = setting(
        "TRUSTED_HOSTS",
        "",
        text,
        "Host names that clients may use, separated by commas, besides the loopback ones and UI_HOST.",
    )
    upstream_connections: int = setting(
        "UPSTREAM_CONNECTIONS",
        64,
        integer(1, 4096),
        "Connections of one gateway process to one service, at most.",
    )
    upstream_connect_seconds: int = setting(
        "UPSTREAM_CONNECT_SECONDS",
        2,
        integer(1, 60),
        "How long the gateway waits for a service to take a connection.",
    )
    upstream_read_seconds: int = setting(
        "UPSTREAM_READ_SECONDS",
        60,
        integer(1, 3600),
        "How long a service may stay silent before the answer is 504.",
    )
    client_silence_seconds: int = setting(
        "CLIENT_SILENCE_SECONDS",
        10,
        integer(1, 600),
        "How long a client may stay silent before it is cut off.",
    )

    @property
    def host_names(self) -> frozenset[str]:
        """Names without port, lower case; an IPv6 address stands without brackets."""
        named = {name.strip().strip("[]").lower() for name in self.trusted_hosts.split(",")}
        return frozenset((LOOPBACK | named | {self.ui_host.strip("[]").lower()}) - {""})

    @property
    def bind(self) -> str:
        """``host:port`` as gunicorn takes it."""
        host = f"[{self.ui_host}]" if ":" in self.ui_host.strip("[]") and "[" not in self.ui_host else self.ui_host
        return f"{host}:{self.ui_port}"

    @property
    def is_wide_open(self) -> bool:
        return self.ui_host.strip("[]").lower() not in LOOPBACK
