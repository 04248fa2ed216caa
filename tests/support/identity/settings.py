"""Identity as tests run it."""

from typing import Any

from argon2 import Parameters
from argon2.low_level import ARGON2_VERSION, Type

from identity.settings import Settings
from stackroom_kit.settings import Secret

ACTOR_KEY, PEPPER = Secret("actor-key-" * 4), Secret("pepper-of-the-tests-" * 2)
# A hash in a millisecond instead of a tenth of a second.
CHEAP = Parameters(Type.ID, ARGON2_VERSION, 16, 32, 1, 8, 1)
CHEAP_APP = "tests.support.identity.cheap_app:app"


def settings_of(uri: str, **more: Any) -> Settings:
    return Settings(**{"sqlalchemy_database_uri": uri, "actor_key": ACTOR_KEY, "token_peppers": PEPPER, **more})
