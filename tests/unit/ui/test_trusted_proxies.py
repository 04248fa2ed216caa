"""What a proxy in front may say, and what counts for nothing."""

from typing import Any

import pytest

from stackroom_kit.problems import Problem
from ui.proxy.trusted_proxies import TrustedProxies, current_prefix
from ui.settings import Settings

PROXY, CLIENT = "10.1.2.3", "10.2.0.1"
FORWARDED = {
    "HTTP_X_FORWARDED_PREFIX": "/said/",
    "HTTP_X_FORWARDED_HOST": "evil.example, books.example:8443",
    "HTTP_X_FORWARDED_PROTO": "https",
}


def proxies_of(root_path: str = "", proxies: str = "10.1.0.0/16, ::1") -> TrustedProxies:
    settings = Settings(root_path=root_path, trusted_proxies=proxies)
    return TrustedProxies(settings.root_path, settings.trusted_networks)


def environ(path: str, address: str = CLIENT, **headers: str) -> dict[str, Any]:
    return {
        "PATH_INFO": path, "SCRIPT_NAME": "/evil", "REMOTE_ADDR": address, "HTTP_HOST": "127.0.0.1:5000",
        "wsgi.url_scheme": "http", **headers,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("root_path", "path", "inner"),
    [
        ("", "/groups", "/groups"), ("", "/s/groups", "/s/groups"), ("/s", "/s/groups", "/groups"), ("/s", "/s", "/"),
        ("/s", "/s/", "/"), ("/s", "/groups", "/groups"), ("/s", "/stack", "/stack"), ("/s/t", "/s/t/api/", "/api/"),
        ("/s/t", "/s/", "/s/"),
    ],
)  # fmt: skip
def test_prefix_is_taken_off_where_it_arrives_and_told_to_the_application(
    root_path: str, path: str, inner: str
) -> None:
    sent = environ(path, **FORWARDED)
    assert proxies_of(root_path).without_prefix(sent, path) == inner
    assert (sent["PATH_INFO"], sent["SCRIPT_NAME"], current_prefix()) == (inner, root_path, root_path)


@pytest.mark.parametrize("address", [PROXY, "::1"])
def test_trusted_proxy_names_prefix_host_and_scheme(address: str) -> None:
    sent = environ("/said/groups", address, **FORWARDED)
    here = proxies_of("/own")
    assert here.without_prefix(sent, "/said/groups") == "/groups"
    assert here.take_host(sent)
    assert (sent["SCRIPT_NAME"], sent["HTTP_HOST"], sent["wsgi.url_scheme"]) == ("/said", "books.example:8443", "https")


@pytest.mark.parametrize("address", [CLIENT, "", "unix:", "::2"])
def test_nobody_else_names_a_host(address: str) -> None:
    sent = environ("/", address, **FORWARDED)
    assert not proxies_of().take_host(sent)
    assert (sent["HTTP_HOST"], sent["wsgi.url_scheme"]) == ("127.0.0.1:5000", "http")


def test_trusted_proxy_that_passes_the_host_on_names_the_scheme_alone() -> None:
    sent = environ("/", PROXY, HTTP_X_FORWARDED_PROTO="https")
    assert not proxies_of().take_host(sent)
    assert (sent["HTTP_HOST"], sent["wsgi.url_scheme"]) == ("127.0.0.1:5000", "https")


def test_trusted_proxy_that_says_nothing_changes_nothing() -> None:
    sent = environ("/own/groups", PROXY)
    assert proxies_of("/own").without_prefix(sent, "/own/groups") == "/groups"
    assert not proxies_of("/own").take_host(sent)


@pytest.mark.parametrize("prefix", ["stack", "//evil.example", "/a b", "/../x", "/a?b", '/a"><script>', "/é"])
def test_forwarded_prefix_that_is_none_is_refused(prefix: str) -> None:
    with pytest.raises(Problem) as refused:
        proxies_of().without_prefix(environ("/", PROXY, HTTP_X_FORWARDED_PREFIX=prefix), "/")
    assert (refused.value.status, refused.value.code) == (400, "bad_request_target")


@pytest.mark.parametrize(
    ("remote", "forwarded", "address"),
    [
        (CLIENT, None, CLIENT),
        (CLIENT, "10.9.9.9", CLIENT),  # no proxy of ours says so
        (PROXY, "10.9.9.9", "10.9.9.9"),
        (PROXY, "6.6.6.6, 10.9.9.9", "10.9.9.9"),
        (PROXY, "6.6.6.6, 10.9.9.9, 10.1.0.2", "10.9.9.9"),
        (PROXY, "10.1.0.3, 10.1.0.2", "10.1.0.3"),
        (PROXY, None, PROXY),
        (PROXY, "unknown", PROXY),
        (PROXY, "x" * 5000, PROXY),
        (PROXY, "', 10.1.0.2", "10.1.0.2"),
        (PROXY, " 2001:DB8::7 ", "2001:db8::7"),
        (PROXY, "fe80::1%eth0\n", "fe80::1"),
        (f"::ffff:{CLIENT}", None, CLIENT),
        (f"::ffff:{PROXY}", "::ffff:10.9.9.9", "10.9.9.9"),
        ("", "10.9.9.9", ""),
        ("unix:", None, ""),
    ],
)
def test_address_of_a_client_is_the_nearest_one_that_is_no_proxy(
    remote: str, forwarded: str | None, address: str
) -> None:
    told = {} if forwarded is None else {"HTTP_X_FORWARDED_FOR": forwarded}
    assert proxies_of().client_address(environ("/", remote, **told)) == address
