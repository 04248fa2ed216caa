"""What a request of identity works with, made once per process and kept on the app."""

import dataclasses

from argon2 import Parameters
from flask import Flask, current_app
from sqlalchemy import Engine

from identity.database import make_engine
from identity.oidc.config import OidcConfig, config_of
from identity.oidc.exchange import Exchange
from identity.oidc.provider import Provider
from identity.oidc.sealing import Seal
from identity.passwords import Passwords
from identity.sessions import Lifetime
from identity.settings import Settings
from identity.sign_in_limits import SignInLimits
from stackroom_kit.peppers import Peppers

_KEY = "identity"


@dataclasses.dataclass(frozen=True)
class SignOn:
    """What it takes to let people in by a provider."""

    config: OidcConfig
    provider: Provider
    seal: Seal

    @classmethod
    def of(cls, settings: Settings, peppers: Peppers) -> "SignOn | None":
        """None without a provider. SettingsError where the settings contradict each other."""
        config = config_of(settings)
        if config is None:
            return None
        return cls(config, Provider(config.issuer, Exchange(), settings.waits_for_provider), Seal(peppers))


@dataclasses.dataclass(frozen=True)
class Services:
    settings: Settings
    engine: Engine
    peppers: Peppers
    passwords: Passwords
    limits: SignInLimits
    lifetime: Lifetime
    sign_on: SignOn | None

    @classmethod
    def of(cls, settings: Settings, parameters: Parameters) -> "Services":
        """SettingsError where peppers are missing or wrong, or settings contradict each other."""
        peppers = Peppers.of(settings.token_peppers, "TOKEN_PEPPERS")
        engine = make_engine(settings.database_uri, settings.db_pool_size)
        return cls(
            settings,
            engine,
            peppers,
            Passwords(settings.hashes_at_once, parameters, settings.web_threads),
            SignInLimits(engine, peppers),
            Lifetime(settings.session_idle_minutes, settings.session_days),
            SignOn.of(settings, peppers),
        )


def keep_services(app: Flask, kept: Services) -> None:
    app.extensions[_KEY] = kept


def services() -> Services:
    found: Services = current_app.extensions[_KEY]
    return found
