"""Settings of identity."""

import dataclasses
import os
import re
from typing import cast

from stackroom_kit.common_settings import ActorSettings, WebSettings
from stackroom_kit.rights import ROLES, Role
from stackroom_kit.settings import Parser, Secret, boolean, choice, integer, secret, setting, text
from stackroom_sql.settings import PostgresSettings

_SITE = re.compile(r"https?://(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~%-]+)*/?", re.ASCII)
_SCOPES = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*", re.ASCII)


def _site(address: str) -> str:
    if not _SITE.fullmatch(address):
        raise ValueError(address)
    return address


def _scopes(listed: str) -> str:
    if not _SCOPES.fullmatch(listed):
        raise ValueError(listed)
    return listed


def _roles(listed: str) -> dict[str, Role]:
    found: dict[str, Role] = {}
    for pair in filter(None, map(str.strip, listed.split(","))):
        group, _, role = (part.strip() for part in pair.rpartition("="))
        if not group or role not in ROLES or group in found:
            raise ValueError(pair)
        found[group] = role
    return found


def _role_map(listed: str) -> str:
    _roles(listed)
    return listed


# A slash at the end stays: providers compare their issuer letter by letter.
site = Parser(_site, "https://host, with a port and a path where there are some, and nothing behind")
scopes = Parser(_scopes, "words with a space between them")
role_map = Parser(_role_map, f"group=role, separated by commas, each group once; roles: {', '.join(ROLES)}")


@dataclasses.dataclass(frozen=True)
class SignOnSettings:
    local_sign_in: str = setting(
        "PASSWORD_LOGIN",
        "on",
        choice("on", "break_glass", "off"),
        "Who may sign in with a password: everybody who has one, administrators alone (for when the provider is away),"
        " or nobody.",
    )
    oidc_issuer: str = setting(
        "OIDC_ISSUER", "", site, "Issuer of the OpenID Connect provider, as it writes itself; empty: no sign-on by one."
    )
    oidc_client_id: str = setting("OIDC_CLIENT_ID", "", text, "Name of Stackroom at the provider.")
    oidc_client_secret: Secret = setting(
        "OIDC_CLIENT_SECRET", Secret(), secret, "Its secret there; empty for a public client."
    )
    oidc_scopes: str = setting("OIDC_SCOPES", "openid profile email", scopes, "What the provider is asked for.")
    oidc_groups_claim: str = setting("OIDC_GROUPS_CLAIM", "groups", text, "Claim that lists the groups of a person.")
    oidc_role_map: str = setting(
        "OIDC_ROLE_MAP",
        "",
        role_map,
        "Roles by group, such as librarians=editor,it=admin; the highest wins, anew at each sign-in.",
    )
    oidc_default_role: str = setting(
        "OIDC_DEFAULT_ROLE", "", choice(*ROLES), "Role of whoever is in none of these groups; empty: may not sign in."
    )
    oidc_button: str = setting("OIDC_BUTTON", "", text, "Name of the provider on the sign-in page; empty: its host.")
    oidc_allow_http: bool = setting(
        "OIDC_ALLOW_HTTP", False, boolean, "Whether OIDC_ISSUER and PUBLIC_URL may be http beyond loopback: for trials."
    )

    @property
    def oidc_roles(self) -> dict[str, Role]:
        return _roles(self.oidc_role_map)

    @property
    def oidc_default(self) -> Role | None:
        return cast("Role", self.oidc_default_role) if self.oidc_default_role else None


@dataclasses.dataclass(frozen=True)
class Settings(PostgresSettings, ActorSettings, WebSettings, SignOnSettings):
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
        site,
        "Address by which browsers reach the gateway, such as https://books.example; one-time links begin with it,"
        " and sign-on leads back there.",
    )

    @property
    def hashes_at_once(self) -> int:
        """Of one process: each takes a core, a thread and 64 MiB. Half of cores and threads are left to other calls."""
        return max(1, min(len(os.sched_getaffinity(0)) // (2 * self.web_processes), self.web_threads // 2))

    @property
    def waits_for_provider(self) -> int:
        """Of one process: the other threads go on saying who shows a session, however slow the provider is."""
        return max(1, self.web_threads // 2)
