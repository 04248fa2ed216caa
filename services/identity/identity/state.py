"""What all calls of one app share."""

import dataclasses

from sqlalchemy import Engine

from identity.passwords import Passwords
from identity.sessions import Lifetime
from identity.sign_in_limits import SignInLimits
from stackroom_kit.peppers import Peppers


@dataclasses.dataclass(frozen=True)
class State:
    engine: Engine
    passwords: Passwords
    peppers: Peppers
    limits: SignInLimits
    lifetime: Lifetime
    max_token_days: int
