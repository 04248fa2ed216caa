import re

import pytest

from stackroom_kit.settings import SettingsError, read_settings
from ui.settings import Settings


@pytest.mark.parametrize(
    ("environ", "bind", "wider"),
    [
        ({}, "127.0.0.1:5000", ""),
        ({"UI_HOST": "localhost"}, "localhost:5000", ""),
        ({"UI_HOST": "127.8.0.1"}, "127.8.0.1:5000", ""),
        ({"UI_HOST": "::1"}, "[::1]:5000", ""),
        ({"UI_HOST": "[::1]"}, "[::1]:5000", ""),
        ({"UI_HOST": "0.0.0.0"}, "0.0.0.0:5000", "UI_HOST is 0.0.0.0"),
        ({"UI_HOST": "::"}, "[::]:5000", "UI_HOST is ::"),
        ({"UI_HOST": "10.0.0.5"}, "10.0.0.5:5000", "UI_HOST is 10.0.0.5"),
        ({"UI_HOST": "0.0.0.0", "PUBLISHED_ADDRESS": "127.0.0.1"}, "0.0.0.0:5000", ""),
        ({"PUBLISHED_ADDRESS": "0.0.0.0"}, "127.0.0.1:5000", "PUBLISHED_ADDRESS is 0.0.0.0"),
        ({"TRUSTED_HOSTS": "localhost, 127.0.0.1,[::1]"}, "127.0.0.1:5000", ""),
        ({"TRUSTED_HOSTS": "localhost,books.example"}, "127.0.0.1:5000", "TRUSTED_HOSTS has books.example"),
    ],
)
def test_gateway_that_others_reach_starts_only_after_a_decision(environ: dict[str, str], bind: str, wider: str) -> None:
    settings = read_settings(Settings, environ)
    assert (settings.bind, settings.wider_than_loopback) == (bind, wider)
    for decided in ("on", "off"):
        read_settings(Settings, {**environ, "AUTH": decided}).require_decision()
    if not wider:
        settings.require_decision()
        return
    with pytest.raises(SettingsError, match=f"{re.escape(wider)}, so others .* AUTH=on, .* or AUTH=off"):
        settings.require_decision()


def test_settings_add_trusted_hosts_to_the_loopback_ones() -> None:
    names = Settings(ui_host="10.0.0.5", trusted_hosts="Books.example, [fe80::1],").host_names
    assert names == {"localhost", "127.0.0.1", "::1", "10.0.0.5", "books.example", "fe80::1"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROOT_PATH", "stackroom"), ("ROOT_PATH", "/a b"), ("ROOT_PATH", "//evil.example"), ("ROOT_PATH", "/../x"),
        ("TRUSTED_PROXIES", "proxy.example"), ("TRUSTED_PROXIES", "10.0.0.1/8"), ("TRUSTED_PROXIES", "10.0.0.0/40"),
    ],
)  # fmt: skip
def test_setting_of_a_proxy_that_is_none_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name}='{value}'"):
        read_settings(Settings, {name: value})


def test_root_path_is_kept_without_its_last_slash() -> None:
    settings = read_settings(Settings, {"ROOT_PATH": "/stack/room/", "TRUSTED_PROXIES": "10.0.0.0/8, ::1"})
    assert (settings.root_path, len(settings.trusted_networks)) == ("/stack/room", 2)
