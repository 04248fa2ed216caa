"""What all calls of one app share."""

import dataclasses

from sqlalchemy import Engine

from identity.oidc.config import OidcConfig, config_of
from identity.oidc.exchange import Exchange
from identity.oidc.provider import Provider
from identity.oidc.sealing import Seal
from identity.passwords import Passwords
from identity.sessions import Lifetime
from identity.settings import Settings
from identity.sign_in_limits import SignInLimits
from stackroom_kit.peppers import Peppers


@dataclasses.dataclass(frozen=True)
class SignOn:
    """By a provider."""

    config: OidcConfig
    provider: Provider
    seal: Seal


def sign_on_of(settings: Settings, peppers: Peppers) -> SignOn | None:
    """None without a provider. SettingsError where the settings contradict each other."""
    config = config_of(settings)
    if config is None:
        return None
    return SignOn(config, Provider(config.issuer, Exchange(), settings.waits_for_provider), Seal(peppers))


@dataclasses.dataclass(frozen=True)
class State:
    """``local_sign_in`` is who may sign in with a password: ``on``, ``break_glass`` or ``off``."""

    engine: Engine
    passwords: Passwords
    peppers: Peppers
    limits: SignInLimits
    lifetime: Lifetime
    max_token_days: int
    local_sign_in: str
    sign_on: SignOn | None
