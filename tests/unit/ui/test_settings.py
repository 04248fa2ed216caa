import pytest

from stackroom_kit.settings import SettingsError, read_settings
from ui.settings import Settings


@pytest.mark.parametrize(
    ("host", "bind", "is_wide_open"),
    [
        ("127.0.0.1", "127.0.0.1:5000", False),
        ("localhost", "localhost:5000", False),
        ("::1", "[::1]:5000", False),
        ("[::1]", "[::1]:5000", False),
        ("0.0.0.0", "0.0.0.0:5000", True),
        ("10.0.0.5", "10.0.0.5:5000", True),
    ],
)
def test_settings_say_where_to_listen_and_whether_that_is_wide(host: str, bind: str, is_wide_open: bool) -> None:
    settings = Settings(ui_host=host)
    assert (settings.bind, settings.is_wide_open) == (bind, is_wide_open)


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
