from contextlib import nullcontext

import pytest

from stackroom_kit.guard import refuse_cross_site_write, refuse_unknown_host
from stackroom_kit.problems import Problem
from ui.settings import Settings


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:5000", "127.0.0.1:1", "[::1]:5000", "books.example:80"])
def test_guard_lets_known_hosts_in_on_any_port(host: str) -> None:
    refuse_unknown_host({"HTTP_HOST": host}, Settings(trusted_hosts="Books.example").host_names)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 421),
        ("localhost.evil.example", 421),
        ("", 400),
        ("localhost:5000:1", 400),
        ("a@localhost", 400),
        ("localhost, evil", 400),
        ("localhost/x", 400),
    ],
)
def test_guard_refuses_hosts_that_are_not_ours(host: str, status: int) -> None:
    with pytest.raises(Problem) as raised:
        refuse_unknown_host({"HTTP_HOST": host}, Settings().host_names)
    assert raised.value.status == status


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"HTTP_SEC_FETCH_SITE": "same-origin", "HTTP_ORIGIN": "http://localhost:5000"},
        {"HTTP_SEC_FETCH_SITE": "none"},
        {"HTTP_ORIGIN": "http://localhost:5000"},
        {"HTTP_ORIGIN": "https://LOCALHOST:5000"},
    ],
)
def test_guard_lets_own_pages_and_other_clients_write(headers: dict[str, str]) -> None:
    refuse_cross_site_write({"REQUEST_METHOD": "POST", "HTTP_HOST": "localhost:5000", **headers})


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
        {"HTTP_SEC_FETCH_SITE": ""},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "http://["},
        {"HTTP_ORIGIN": "http://evil.example"},
        {"HTTP_ORIGIN": "http://localhost:5001"},
        {"HTTP_ORIGIN": "http://localhost:5000@evil.example"},
    ],
)
def test_guard_refuses_writes_that_another_site_causes(method: str, headers: dict[str, str]) -> None:
    with pytest.raises(Problem) as raised:
        refuse_cross_site_write({"REQUEST_METHOD": method, "HTTP_HOST": "localhost:5000", **headers})
    assert raised.value.status == 403


def test_guard_lets_another_site_link_to_us() -> None:
    refuse_cross_site_write({"REQUEST_METHOD": "GET", "HTTP_SEC_FETCH_SITE": "cross-site"})


@pytest.mark.parametrize(
    ("origin", "is_own"),
    [
        ("https://books.example", True), ("http://Books.example:8080", True), ("http://localhost:3000", False),
        ("https://evil.example", False), ("https://books.example.evil", False), ("null", False),
        ("https://books.example@evil.example", False), ("https://books.example/x", False),
    ],
)  # fmt: skip
def test_guard_lets_pages_of_a_trusted_host_write_behind_a_proxy_with_a_host_of_its_own(
    origin: str, is_own: bool
) -> None:
    names = Settings(trusted_hosts="Books.example").trusted_names
    sent = {"REQUEST_METHOD": "POST", "HTTP_HOST": "127.0.0.1:5000", "HTTP_ORIGIN": origin}
    with nullcontext() if is_own else pytest.raises(Problem):
        refuse_cross_site_write(sent, names)
