"""Settings that several services have, as dataclasses to inherit from."""

import dataclasses
from typing import ClassVar
from urllib.parse import urlsplit

from stackroom_kit.settings import Parser, Secret, choice, integer, secret, setting, text


def _service_address(address: str) -> str:
    parts = urlsplit(address.rstrip("/"))
    if parts.scheme != "http" or not parts.hostname or parts.netloc != address.rstrip("/").removeprefix("http://"):
        raise ValueError(address)
    if "@" in parts.netloc or (parts.port or 80) < 1:
        raise ValueError(address)
    return f"http://{parts.netloc}"


# A path in the address is refused, since the targets of calls come from the caller's own routes alone.
service_address = Parser(_service_address, "http://host:port without a path")


@dataclasses.dataclass(frozen=True)
class LogSettings:
    log_level: str = setting("LOG_LEVEL", "INFO", choice("DEBUG", "INFO", "WARNING", "ERROR"), "How much is logged.")


@dataclasses.dataclass(frozen=True)
class WebSettings(LogSettings):
    has_own_guard: ClassVar[bool] = False  # whether a layer before the app looks at Host and Origin
    flask_secret_key: Secret = setting(
        "FLASK_SECRET_KEY", Secret(), secret, "Signs sessions; `make up` makes and keeps one."
    )
    web_processes: int = setting("WEB_PROCESSES", 2, integer(1, 64), "Server processes of one service.")
    web_threads: int = setting("WEB_THREADS", 4, integer(1, 256), "Threads of each server process.")
    max_body_bytes: int = setting(
        "MAX_BODY_BYTES",
        256 * 1024 * 1024,
        integer(1024, 2**40),
        "Longest request body, in bytes; above it 413.",
    )
    max_json_bytes: int = setting(
        "MAX_JSON_BYTES",
        16 * 1024 * 1024,
        integer(1024, 2**30),
        "Longest JSON body, in bytes, of calls that hold it in memory (all but batches); above it 413.",
    )
    trusted_hosts: str = setting(
        "TRUSTED_HOSTS",
        "",
        text,
        "Host names that callers may use, separated by commas, besides the loopback ones; of the gateway also UI_HOST,"
        " of the other services also any IP address.",
    )

    @property
    def trusted_names(self) -> frozenset[str]:
        """In lower case; an IPv6 address stands without brackets."""
        return frozenset({name.strip().strip("[]").lower() for name in self.trusted_hosts.split(",")} - {""})


@dataclasses.dataclass(frozen=True)
class DiskSettings:
    min_free_bytes: int = setting(
        "MIN_FREE_BYTES",
        256 * 1024 * 1024,
        integer(0, 2**60),
        "Free space that no request may use up, on the disks of temporary files and of media; what would is "
        "answered 503.",
    )


@dataclasses.dataclass(frozen=True)
class MediaLimitSettings:
    max_media_bytes: int = setting(
        "MAX_MEDIA_BYTES",
        16 * 1024**3,
        integer(1024, 2**50),
        "Longest upload of a media file, in bytes; above it 413.",
    )


@dataclasses.dataclass(frozen=True)
class ServiceTokenSettings:
    service_token: Secret = setting(
        "SERVICE_TOKEN",
        Secret(),
        secret,
        "What the importer shows the catalog, so that nobody else can take the keys of its loads.",
    )


@dataclasses.dataclass(frozen=True)
class ActorSettings:
    actor_key: Secret = setting(
        "ACTOR_KEY",
        Secret(),
        secret,
        "Signs who calls, from the gateway to the services; at least 32 characters. Several, separated by commas, while"
        " it is changed: the first signs, all are believed.",
    )


@dataclasses.dataclass(frozen=True)
class AuthSettings(ActorSettings):
    auth: str = setting(
        "AUTH",
        "",
        choice("on", "off"),
        "Whether people sign in and tokens are asked for. Without it nobody is asked, and the gateway starts only where"
        " this machine alone reaches it.",
    )

    @property
    def is_auth_on(self) -> bool:
        return self.auth == "on"


@dataclasses.dataclass(frozen=True)
class CatalogAddressSettings:
    catalog_url: str = setting("CATALOG_URL", "http://localhost:5001", service_address, "Where the catalog answers.")
