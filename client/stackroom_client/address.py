"""The server's address as the user gave it."""

import dataclasses
import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from stackroom_client.errors import UsageError

DEFAULT = "http://localhost:5000"
VARIABLE = "STACKROOM_URL"
ENV_FILE = ".env"  # in the folder where the command runs; `make up` and compose read it too
PORTS = ("UI_PORT", "PORT_BASE")  # of a stack on this machine, the more special first
EVERYWHERE = {"0.0.0.0", "::", "[::]"}  # noqa: S104 - hosts that a stack listens on, and nobody sends to


class Named(NamedTuple):
    """An address as it was given, and by what, unless the command line or nothing named it."""

    url: str
    origin: str


@dataclasses.dataclass(frozen=True)
class Address:
    """``url`` is without a slash at its end; ``shown`` is the same without a password, and says what named it."""

    url: str
    shown: str
    is_this_machine: bool
    origin: str = ""

    @property
    def told(self) -> str:
        """For whoever wants to know where it goes."""
        return f"{self.shown} ({self.origin})" if self.origin else self.shown

    @property
    def is_named(self) -> bool:
        """Whether the user named it, or it is this machine: a file of the folder may be anybody's."""
        return self.is_this_machine or self.origin in {"", VARIABLE}

    @property
    def is_open_to_listeners(self) -> bool:
        return self.url.startswith("http:") and not self.is_this_machine


def named_address(option: str | None, environ: Mapping[str, str] = os.environ, folder: Path = Path()) -> Named:
    """What ``--url`` says, else the environment or ``.env``, else DEFAULT. UsageError for an unreadable file."""
    if option:
        return Named(option, "")
    given = {**_env_file(folder / ENV_FILE), **{name: value for name, value in environ.items() if value}}
    for name in (VARIABLE, *PORTS):
        if name in given:
            origin = name if environ.get(name) else f"{name} in {ENV_FILE}"
            return Named(given[name] if name == VARIABLE else f"http://{_host(given)}:{given[name]}", origin)
    return Named(DEFAULT, "")


def _env_file(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    from dotenv import dotenv_values  # only where there is such a file: it takes time

    try:
        return {name: value for name, value in dotenv_values(path, interpolate=False).items() if value}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _host(given: Mapping[str, str]) -> str:
    host = given.get("UI_HOST", "localhost")
    if host in EVERYWHERE:
        return "localhost"
    return f"[{host}]" if ":" in host.strip("[]") and "[" not in host else host


def parse_address(given: str, origin: str = "") -> Address:
    """UsageError for what is no address of a web server. A path stays, for a gateway behind a prefix."""
    url = given.strip().rstrip("/")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _wrong(given, origin, str(error)) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise _wrong(given, origin, f"it must look like {DEFAULT}")
    if parts.query or parts.fragment or port == 0 or not url.isprintable() or " " in url:
        raise _wrong(given, origin, "it may have a host, a port and a path, and nothing else")
    return Address(url, _without_password(parts), _is_loopback(parts.hostname), origin)


def _wrong(given: str, origin: str, why: str) -> UsageError:
    shown = given.rpartition("@")[2][:100]
    return UsageError(f"the address {shown!r} ({origin or '--url'}) cannot be used: {why}")


def _without_password(parts: SplitResult) -> str:
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
