"""What may be wrong on this machine: environment, settings, ports."""

import difflib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from deploy.doctor import Finding
from deploy.env_example import settings_classes
from deploy.installed import differing
from deploy.local.addresses import free_base, listening, listening_parts, taken_ports, with_addresses
from deploy.local.home import ROOT
from stackroom_kit.settings import SettingsError, all_settings, read_settings
from ui.settings import Settings as GatewaySettings

SHOWN = 3  # packages that are named
OF_COMPOSE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)")
OF_THE_CLIENT = ("STACKROOM_URL", "STACKROOM_TOKEN")


def old_environment(lock: Path) -> Iterator[Finding]:
    """Whether what is installed is what the lock says."""
    lines = differing(lock)
    if lines:
        more = f" and {len(lines) - SHOWN} more" if len(lines) > SHOWN else ""
        yield Finding(
            f"the environment is older than {lock.name}: {'; '.join(lines[:SHOWN])}{more}", "make environment"
        )


def unknown_settings(written: Mapping[str, str]) -> Iterator[Finding]:
    """Names of ``.env`` that nobody reads."""
    known = _known_settings()
    for name in written:
        if not {name, name.removesuffix("_FILE")} & known:
            near = difflib.get_close_matches(name, known, n=1)
            mend = f"write {near[0]} instead" if near else "take the line out; .env.example has every setting"
            yield Finding(f".env has {name}, which nobody reads", mend)


def _known_settings() -> set[str]:
    ours = {one.name for _, cls in settings_classes() for one in all_settings(cls)}
    compose = [ROOT / "compose.yaml", *ROOT.glob("deploy/*.yaml")]
    theirs = {name for file in compose for name in OF_COMPOSE.findall(file.read_text(encoding="utf-8"))}
    return ours | theirs | {*OF_THE_CLIENT}


def wrong_settings(given: Mapping[str, str]) -> Iterator[Finding]:
    """Values, of the shell or of ``.env``, with which a part would not start; each once."""
    wrong = {}
    for _, cls in settings_classes():
        try:
            settings = read_settings(cls, given)
            if isinstance(settings, GatewaySettings):
                settings.require_decision()
        except SettingsError as error:
            wrong[str(error)] = Finding(str(error), "correct it in .env, or unset it in this shell")
    yield from wrong.values()


def busy_ports(given: Mapping[str, str]) -> Iterator[Finding]:
    """Of a stack that does not run."""
    addresses = with_addresses(given)
    for line in taken_ports({part: listening(part, addresses) for part in listening_parts(addresses)}):
        yield Finding(line, f"echo PORT_BASE={free_base()} >> .env moves all of them")
