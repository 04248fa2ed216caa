"""Settings of sign-on that contradict each other: identity does not start, and says why."""

import pytest

from identity.oidc.config import config_of
from identity.settings import Settings
from stackroom_kit.settings import SettingsError, read_settings

GOOD = {
    "OIDC_ISSUER": "https://login.example/realms/corp/",
    "OIDC_CLIENT_ID": "stackroom",
    "OIDC_CLIENT_SECRET": "a secret of the client",
    "OIDC_ROLE_MAP": "librarians=editor, CN=it=admin",
    "PUBLIC_URL": "https://stackroom.example/register/",
}


def config(**changes: str) -> object:
    return config_of(read_settings(Settings, {**GOOD, **changes}))


def test_settings_that_fit() -> None:
    found = config_of(read_settings(Settings, GOOD))
    assert found is not None
    assert found.issuer == "https://login.example/realms/corp/"
    assert found.redirect_uri == "https://stackroom.example/register/api/identity/oidc/callback"
    assert found.after_sign_out == "https://stackroom.example/register/signed-out"
    assert found.roles == {"librarians": "editor", "CN=it": "admin"}
    assert (found.default_role, found.button) == (None, "login.example")
    assert "a secret" not in repr(found)


def test_without_an_issuer_there_is_no_sign_on() -> None:
    assert config_of(read_settings(Settings, {"PUBLIC_URL": "https://stackroom.example"})) is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"OIDC_CLIENT_ID": ""}, "OIDC_CLIENT_ID is needed"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL is needed"),
        ({"OIDC_ROLE_MAP": ""}, "OIDC_ROLE_MAP or OIDC_DEFAULT_ROLE is needed"),
        ({"OIDC_SCOPES": "profile email"}, "must contain openid"),
        ({"OIDC_ISSUER": "http://login.example"}, "must begin with https://"),
        ({"PUBLIC_URL": "http://stackroom.example"}, "must begin with https://"),
        ({"OIDC_ISSUER": ""}, "OIDC_CLIENT_ID is set, but OIDC_ISSUER is not"),
        ({"OIDC_ISSUER": "login.example"}, "OIDC_ISSUER='login.example' is not allowed"),
        ({"OIDC_ISSUER": "https://a:b@login.example"}, "is not allowed"),
        ({"OIDC_ISSUER": "https://login.example?x=1"}, "is not allowed"),
        ({"PUBLIC_URL": "https://stackroom.example/#x"}, "is not allowed"),
        ({"OIDC_ROLE_MAP": "it=root"}, "group=role"),
        ({"OIDC_ROLE_MAP": "it"}, "group=role"),
        ({"OIDC_ROLE_MAP": "=admin"}, "group=role"),
        ({"OIDC_ROLE_MAP": "it=admin,it=reader"}, "each group once"),
        ({"OIDC_DEFAULT_ROLE": "root"}, "one of reader"),
        ({"PASSWORD_LOGIN": "no"}, "one of on, break_glass, off"),
        ({"OIDC_SCOPES": "openid  profile"}, "words with a space"),
    ],
)
def test_settings_that_contradict_each_other(changes: dict[str, str], sentence: str) -> None:
    with pytest.raises(SettingsError, match=sentence) as caught:
        config(**changes)
    assert "a secret of the client" not in str(caught.value)


@pytest.mark.parametrize("mode", ["off", "break_glass"])
def test_somebody_has_to_be_able_to_sign_in(mode: str) -> None:
    with pytest.raises(SettingsError, match=f"PASSWORD_LOGIN={mode} needs OIDC_ISSUER"):
        config_of(read_settings(Settings, {"PASSWORD_LOGIN": mode}))


@pytest.mark.parametrize("address", ["http://localhost:9000", "http://127.0.0.1:9000/x", "http://[::1]:9000"])
def test_loopback_needs_no_tls(address: str) -> None:
    assert config(OIDC_ISSUER=address, PUBLIC_URL=address) is not None


def test_trials_may_do_without_tls_where_it_is_said() -> None:
    assert config(OIDC_ISSUER="http://login.example", OIDC_ALLOW_HTTP="1") is not None
