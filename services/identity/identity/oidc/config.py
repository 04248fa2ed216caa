"""What the settings of sign-on mean together; where they contradict each other, identity does not start."""

import dataclasses
from urllib.parse import urlsplit

from identity.settings import Settings
from stackroom_kit.guard import LOOPBACK
from stackroom_kit.rights import Role
from stackroom_kit.settings import Secret, SettingsError

CALLBACK = "/api/identity/oidc/callback"
AFTER_SIGN_OUT = "/signed-out"


@dataclasses.dataclass(frozen=True)
class OidcConfig:
    """``roles`` are by group, and ``default_role`` is of whoever is in none of these."""

    issuer: str
    client_id: str
    client_secret: Secret
    scopes: str
    groups_claim: str
    roles: dict[str, Role]
    default_role: Role | None
    button: str
    public_url: str

    @property
    def redirect_uri(self) -> str:
        """Exactly as it has to be registered at the provider."""
        return self.public_url + CALLBACK

    @property
    def after_sign_out(self) -> str:
        return self.public_url + AFTER_SIGN_OUT


def config_of(settings: Settings) -> OidcConfig | None:
    """None where nobody signs on by a provider. SettingsError says what does not fit together."""
    if not settings.oidc_issuer:
        _refuse_rest(settings)
        return None
    _check(settings)
    return OidcConfig(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        settings.oidc_scopes,
        settings.oidc_groups_claim,
        settings.oidc_roles,
        settings.oidc_default,
        settings.oidc_button or urlsplit(settings.oidc_issuer).hostname or "",
        settings.public_url.rstrip("/"),
    )


def _refuse_rest(settings: Settings) -> None:
    named = {
        "OIDC_CLIENT_ID": settings.oidc_client_id,
        "OIDC_CLIENT_SECRET": settings.oidc_client_secret,
        "OIDC_ROLE_MAP": settings.oidc_role_map,
        "OIDC_DEFAULT_ROLE": settings.oidc_default_role,
        "OIDC_BUTTON": settings.oidc_button,
    }
    for name in (name for name, value in named.items() if value):
        raise SettingsError(f"{name} is set, but OIDC_ISSUER is not: set both, or none")
    if settings.local_sign_in != "on":
        raise SettingsError(
            f"PASSWORD_LOGIN={settings.local_sign_in} needs OIDC_ISSUER: else hardly anybody could sign in"
        )


def _check(settings: Settings) -> None:
    for name, value in {"OIDC_CLIENT_ID": settings.oidc_client_id, "PUBLIC_URL": settings.public_url}.items():
        if not value:
            raise SettingsError(f"{name} is needed where OIDC_ISSUER is set")
    for name, address in {"OIDC_ISSUER": settings.oidc_issuer, "PUBLIC_URL": settings.public_url}.items():
        if not (_is_safe(address) or settings.oidc_allow_http):
            raise SettingsError(
                f"{name}={address!r} must begin with https://, beyond loopback; else set OIDC_ALLOW_HTTP=1"
            )
    if "openid" not in settings.oidc_scopes.split():
        raise SettingsError(f"OIDC_SCOPES={settings.oidc_scopes!r} must contain openid")
    if not (settings.oidc_roles or settings.oidc_default):
        raise SettingsError("OIDC_ROLE_MAP or OIDC_DEFAULT_ROLE is needed: else nobody from the provider has a role")


def _is_safe(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or parts.hostname in LOOPBACK
