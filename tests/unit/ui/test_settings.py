import pytest

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
