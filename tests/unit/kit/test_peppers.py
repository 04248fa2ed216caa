"""Under what tokens are stored."""

import pytest

from stackroom_kit.peppers import Peppers
from stackroom_kit.settings import Secret, SettingsError
from stackroom_kit.token_form import API_TOKEN

NAME = "TOKEN_PEPPERS"
ONE, TWO = "p" * 32, "q" * 40


def test_newest_pepper_stores_and_older_ones_go_on() -> None:
    token, old = API_TOKEN.new_token(), Peppers.of(Secret(ONE), NAME)
    digest, both = old.digest(token, old.newest), Peppers.of(Secret(f"2:{TWO}, 1:{ONE}"), NAME)
    assert (old.newest, both.newest) == ("1", "2")
    assert both.matches(token, "1", digest)
    assert not both.matches(token, "2", digest)
    assert not both.matches(API_TOKEN.new_token(), "1", digest)
    assert not Peppers.of(Secret(f"2:{TWO}"), NAME).matches(token, "1", digest)


@pytest.mark.parametrize(
    "setting", ["", "short", f"1:{ONE},", f"1:{ONE},1:{TWO}", f"{ONE},{TWO}", f"a b:{ONE}", f"1:2:{ONE}", "п" * 40]
)
def test_wrong_peppers_are_refused_and_not_shown(setting: str) -> None:
    with pytest.raises(SettingsError, match=NAME) as caught:
        Peppers.of(Secret(setting), NAME)
    assert not setting or setting not in str(caught.value)
