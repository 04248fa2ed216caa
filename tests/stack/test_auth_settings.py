"""What the settings of sign-in decide before any container starts."""

import json

import pytest

from identity.settings import SignOnSettings
from stackroom_kit.settings import all_settings
from tests.support.stacks.compose import Compose


@pytest.mark.parametrize("setting", [{"PUBLISHED_ADDRESS": "0.0.0.0"}, {"TRUSTED_HOSTS": "books.example"}])
def test_gateway_that_others_reach_does_not_start_without_a_decision(stack: Compose, setting: dict[str, str]) -> None:
    (name, value), undecided = *setting.items(), Compose(project=stack.project, env=setting)
    sentence = rf"{name} (is|has) {value}, so others than this machine reach the gateway: set AUTH=on"
    with pytest.raises(AssertionError, match=sentence):
        undecided("run", "--rm", "--no-deps", "-T", "ui")


def test_word_that_is_no_decision_starts_nothing() -> None:
    with pytest.raises(AssertionError, match=r"AUTH=yes\.yaml"):
        Compose(env={"AUTH": "yes"})("config", "--quiet")


def test_overlay_of_sign_on_passes_every_setting_of_it_on() -> None:
    """Identity has a way out with it alone."""
    settings = {one.name: "1" for one in all_settings(SignOnSettings) if one.name != "OIDC_CLIENT_SECRET"}
    overlaid = Compose(
        ("compose.yaml", "deploy/compose.sign-on.yaml"), env={"AUTH": "on", "PUBLIC_URL": "1", **settings}
    )
    identity = json.loads(overlaid("config", "--format", "json"))["services"]["identity"]
    assert settings.items() <= identity["environment"].items()
    assert identity["environment"]["OIDC_CLIENT_SECRET_FILE"] == "/run/secrets/oidc_client_secret"
    assert set(identity["networks"]) == {"identity", "identity-database", "provider"}
