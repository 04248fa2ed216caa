"""Where the parts listen, and what is in their way.

Standard library and kit only: `make up` looks at the ports before there is an environment.
"""

from collections.abc import Iterable, Mapping
from urllib.parse import SplitResult, urlsplit

from deploy.local.errors import LocalError
from deploy.local.part import Listening
from deploy.local.ports import LOOPBACK, is_taken
from deploy.local.settings import LocalSettings
from stackroom_kit.settings import SettingsError, integer, read_settings

# Each part that listens, to its setting, in the order of their ports from PORT_BASE on.
SETTINGS = {
    "ui": "UI_PORT",
    "catalog": "CATALOG_URL",
    "importer": "IMPORTER_URL",
    "importer-worker-api": "WORKER_API_URL",
    "importer-media": "MEDIA_URL",
}
# Only where people sign in.
WITH_AUTH = {"identity": "IDENTITY_URL"}
PORT = integer(1, 65535)
BASES = range(5100, 60_000, 100)  # that are proposed where ports are taken


class PortTaken(LocalError):
    """A line for each port that a part cannot have, and how to move them all."""


def with_addresses(given: Mapping[str, str]) -> dict[str, str]:
    """What the person gave, without empty values, over the addresses that everything has by default."""
    base = read_settings(LocalSettings, given).port_base
    return {**_addresses(base), **{name: value for name, value in given.items() if value}}


def _addresses(base: int) -> dict[str, str]:
    names = [*SETTINGS.values(), *WITH_AUTH.values()]
    urls = {name: f"http://{LOOPBACK}:{base + place}" for place, name in enumerate(names)}
    return {**urls, "UI_HOST": LOOPBACK, "UI_PORT": str(base)}


def listening(part: str, environ: Mapping[str, str]) -> Listening:
    """Of a part in SETTINGS or WITH_AUTH. Raises SettingsError."""
    setting = {**SETTINGS, **WITH_AUTH}[part]
    if setting == "UI_PORT":
        return Listening(_numeric(environ["UI_HOST"]), port_setting(environ, setting) or 0, setting)
    parts = urlsplit(environ[setting])
    return Listening(_numeric(parts.hostname or LOOPBACK), _port(parts, setting), setting)


def listening_parts(environ: Mapping[str, str]) -> list[str]:
    """Of a stack with these settings."""
    return [*SETTINGS, *(WITH_AUTH if environ.get("AUTH") == "on" else ())]


def _numeric(host: str) -> str:
    return LOOPBACK if host == "localhost" else host.strip("[]")


def _port(parts: SplitResult, setting: str) -> int:
    try:
        return parts.port or 80
    except ValueError:
        raise SettingsError(f"{setting}={parts.geturl()!r} is not allowed; allowed: a port from 1 to 65535") from None


def port_setting(environ: Mapping[str, str], name: str) -> int | None:
    """The port of this setting, None where it is not set. Raises SettingsError."""
    written = environ.get(name)
    try:
        return PORT.parse(written) if written else None
    except ValueError:
        raise SettingsError(f"{name}={written!r} is not allowed; allowed: {PORT.allowed}") from None


def refuse_taken_ports(wanted: Mapping[str, Listening]) -> None:
    """``wanted`` has the place of each part that listens. Raises PortTaken with all clashes at once."""
    lines = taken_ports(wanted)
    if lines:
        raise PortTaken("\n".join([*lines, *_way_out(wanted.values())]))


def taken_ports(wanted: Mapping[str, Listening]) -> list[str]:
    """A line for each clash, which names port, part and setting."""
    owners: dict[tuple[str, int], str] = {}
    lines = []
    for part, where in wanted.items():
        owner = owners.setdefault((where.host, where.port), part)
        if owner != part:
            lines.append(f"port {where.port} is to be that of {owner} and of {part}: set {where.setting}")
        elif reason := _in_the_way(where):
            lines.append(f"{reason}, and {part} needs it: free it or set {where.setting}")
    return lines


def _in_the_way(where: Listening) -> str:
    try:
        return f"port {where.port} is taken" if is_taken(where.host, where.port) else ""
    except OSError as error:
        return f"{where.host}:{where.port} cannot be listened on ({error.strerror})"


def _way_out(wanted: Iterable[Listening]) -> list[str]:
    """A base whose ports are free, unless the person has chosen every port alone."""
    if not {where.setting for where in wanted} & {*SETTINGS.values()}:
        return []
    return [f"All of them move with one line in .env, which the client reads too: echo PORT_BASE={free_base()} >> .env"]


def free_base() -> int:
    """A PORT_BASE whose ports are all free."""
    places = range(len(SETTINGS) + len(WITH_AUTH))
    return next(base for base in BASES if not any(is_taken(LOOPBACK, base + place) for place in places))
