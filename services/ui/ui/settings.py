"""Settings of the gateway."""

import dataclasses
import ipaddress
import os
from typing import ClassVar

from stackroom_kit.addresses import Network, listed_network
from stackroom_kit.common_settings import (
    AuthSettings,
    CatalogAddressSettings,
    DiskSettings,
    MediaLimitSettings,
    WebSettings,
    service_address,
)
from stackroom_kit.guard import LOOPBACK
from stackroom_kit.public_path import is_prefix
from stackroom_kit.rights import Role
from stackroom_kit.settings import Parser, SettingsError, choice, integer, setting, text


def _prefix(path: str) -> str:
    prefix = path.strip().rstrip("/")
    if not is_prefix(prefix):
        raise ValueError(path)
    return prefix


def _is_loopback(host: str) -> bool:
    name = host.strip("[]").lower()
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name in LOOPBACK


def _networks(listed: str) -> tuple[Network, ...]:
    return tuple(listed_network(one.strip()) for one in listed.split(",") if one.strip())


def _listed_networks(listed: str) -> str:
    _networks(listed)
    return listed


prefix_parser = Parser(_prefix, "a path such as /stackroom")
networks_parser = Parser(_listed_networks, "IP addresses and networks such as 10.0.0.0/8, separated by commas")


@dataclasses.dataclass(frozen=True)
class Settings(AuthSettings, CatalogAddressSettings, MediaLimitSettings, DiskSettings, WebSettings):
    has_own_guard: ClassVar[bool] = True
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
    identity_url: str = setting(
        "IDENTITY_URL", "http://localhost:5005", service_address, "Where identity answers; asked where AUTH=on."
    )
    auth_anonymous: str = setting(
        "AUTH_ANONYMOUS",
        "",
        choice("reader"),
        "What nobody in particular may do where AUTH=on: with reader look at everything, without it nothing.",
    )
    published_address: str = setting(
        "PUBLISHED_ADDRESS",
        "",
        text,
        "Address under which compose publishes the gateway; by it, and not by UI_HOST, a wider one is judged.",
    )
    root_path: str = setting(
        "ROOT_PATH",
        "",
        prefix_parser,
        "Path under which a proxy serves the gateway, such as /stackroom; empty for the root.",
    )
    trusted_proxies: str = setting(
        "TRUSTED_PROXIES",
        "",
        networks_parser,
        "Proxies (IP addresses and networks) whose X-Forwarded-Prefix, -Host, -Proto and -For are believed.",
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
        "How long a client may stay silent before it is cut off; in this time a head must come whole.",
    )
    client_grace_seconds: int = setting(
        "CLIENT_GRACE_SECONDS",
        30,
        integer(1, 3600),
        "How long a body may come slower than CLIENT_BYTES_PER_SECOND before the answer is 408.",
    )
    client_bytes_per_second: int = setting(
        "CLIENT_BYTES_PER_SECOND",
        16 * 1024,
        integer(1, 2**30),
        "The pace of a body, at least. Who reads an answer may be four times slower, and for twice as long.",
    )
    client_connections: int = setting(
        "CLIENT_CONNECTIONS",
        2048,
        integer(1, 65536),
        "Connections of clients to one gateway process, at most; the next one is answered 503.",
    )
    client_bodies: int = setting(
        "CLIENT_BODIES",
        512,
        integer(1, 65536),
        "Bodies for which one gateway process waits at once, at most; the next one is answered 503.",
    )
    answer_spool_bytes: int = setting(
        "ANSWER_SPOOL_BYTES",
        4 * 1024**3,
        integer(0, 2**50),
        "Room on the gateway's disk for what slow readers have not taken yet, of one process, at most.",
    )

    @property
    def turns_at_once(self) -> int:
        """Turns that are given at once: as many as there are cores, and half of the threads of a service at most."""
        return max(1, min(len(os.sched_getaffinity(0)), self.web_processes * self.web_threads // 2))

    @property
    def host_names(self) -> frozenset[str]:
        """Names without port, lower case; an IPv6 address stands without brackets."""
        return frozenset((LOOPBACK | self.trusted_names | {self.ui_host.strip("[]").lower()}) - {""})

    @property
    def trusted_networks(self) -> tuple[Network, ...]:
        return _networks(self.trusted_proxies)

    @property
    def bind(self) -> str:
        """``host:port`` as gunicorn takes it."""
        host = f"[{self.ui_host}]" if ":" in self.ui_host.strip("[]") and "[" not in self.ui_host else self.ui_host
        return f"{host}:{self.ui_port}"

    @property
    def anonymous_role(self) -> Role | None:
        return "reader" if self.auth_anonymous else None

    @property
    def wider_than_loopback(self) -> str:
        """The setting by which others than this machine reach the gateway; empty where none does."""
        if self.published_address and not _is_loopback(self.published_address):
            return f"PUBLISHED_ADDRESS is {self.published_address}"
        if not self.published_address and not _is_loopback(self.ui_host):
            return f"UI_HOST is {self.ui_host}"
        names = sorted(name for name in self.trusted_names if not _is_loopback(name))
        return f"TRUSTED_HOSTS has {names[0]}" if names else ""

    def require_decision(self) -> None:
        """SettingsError where others reach the gateway and nobody has decided whether they have to sign in."""
        wider = self.wider_than_loopback
        if wider and not self.auth:
            raise SettingsError(
                f"{wider}, so others than this machine reach the gateway: set AUTH=on, and people sign in, or AUTH=off,"
                " and everybody who reaches it can read and write everything"
            )
