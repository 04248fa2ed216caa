"""How long the description of the provider is believed, and that nobody is sent to one that is away."""

from typing import Any

import pytest

from identity.oidc.exchange import Exchange, away
from identity.oidc.provider import PAUSE_SECONDS, REMEMBERED_SECONDS, Provider
from stackroom_kit.problems import Problem

ISSUER = "https://login.example"
DESCRIPTION = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/auth",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}


class Counted(Exchange):
    def __init__(self) -> None:
        super().__init__()
        self.asked, self.is_away = 0, False

    def get(self, address: str, headers: Any = None) -> dict[str, Any]:
        assert (address, headers) == (f"{ISSUER}/.well-known/openid-configuration", None)
        self.asked += 1
        if self.is_away:
            raise away("it is stopped")
        return dict(DESCRIPTION)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def exchange() -> Counted:
    return Counted()


@pytest.fixture
def provider(exchange: Counted, clock: Clock) -> Provider:
    return Provider(ISSUER, exchange, 1, clock)


@pytest.mark.parametrize(
    ("passed", "most", "asked"),
    [(9.0, 10.0, 1), (10.0, 10.0, 2), (3599.0, REMEMBERED_SECONDS, 1), (3600.0, REMEMBERED_SECONDS, 2)],
)
def test_description_is_asked_for_again_when_it_is_older_than_it_may_be(
    provider: Provider, exchange: Counted, clock: Clock, passed: float, most: float, asked: int
) -> None:
    provider.metadata()
    clock.now += passed
    assert provider.metadata(most).issuer == ISSUER
    assert exchange.asked == asked


def test_provider_that_went_away_is_said_to_be_and_those_on_their_way_go_on(
    provider: Provider, exchange: Counted, clock: Clock
) -> None:
    provider.metadata()
    clock.now += 60.0
    exchange.is_away = True
    for _ in range(2):  # the second is not asked for
        with pytest.raises(Problem) as caught:
            provider.metadata(10.0)
        assert (caught.value.status, caught.value.code) == (503, "oidc_away")
    assert exchange.asked == 2
    assert provider.metadata().issuer == ISSUER
    exchange.is_away = False
    clock.now += PAUSE_SECONDS
    assert provider.metadata(10.0).issuer == ISSUER
