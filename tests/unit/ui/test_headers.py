import pytest
from urllib3.util import SKIP_HEADER

from stackroom_kit.problems import Problem
from ui.proxy.headers import request_headers, response_headers, sign_on_cookie


def test_request_headers_pass_only_what_is_listed() -> None:
    environ = {
        "HTTP_HOST": "localhost:5000",
        "REMOTE_ADDR": "10.0.0.7",
        "wsgi.url_scheme": "http",
        "CONTENT_TYPE": "text/csv",
        "HTTP_ACCEPT": "*/*",
        "HTTP_IF_MATCH": '"a"',
        "HTTP_IDEMPOTENCY_KEY": "k",
        "HTTP_COOKIE": "a=b",
        "HTTP_AUTHORIZATION": "Bearer x",
        "HTTP_X_FORWARDED_FOR": "6.6.6.6",
        "HTTP_X_STACKROOM_SCOPE": "importer",
        "HTTP_CONNECTION": "X-Request-ID",
    }
    sent = request_headers(environ, "id1")
    assert sent.pop("User-Agent") == SKIP_HEADER
    assert sent == {
        "Content-Type": "text/csv",
        "Accept": "*/*",
        "If-Match": '"a"',
        "Idempotency-Key": "k",
        "X-Request-ID": "id1",
        "X-Forwarded-For": "10.0.0.7",
        "Accept-Encoding": "identity",
    }


def test_response_headers_pass_only_what_is_listed() -> None:
    sent = {
        "Content-Type": "text/csv",
        "ETag": '"a"',
        "Set-Cookie": "a=b",
        "Server": "x",
        "Connection": "close",
    }
    names = {name for name, _ in response_headers(sent.items(), "id1", "catalog")}
    assert {"Content-Type", "ETag", "X-Request-ID", "X-Content-Type-Options"} <= names
    assert not names & {"Set-Cookie", "Server", "Connection"}


@pytest.mark.parametrize(
    ("location", "kept"),
    [("/api/groups/1", True), ("http://catalog:5001/api/groups/1", False), ("//evil/x", False)],
)
def test_response_headers_keep_a_location_of_this_site_only(location: str, kept: bool) -> None:
    assert (("Location", location) in response_headers([("Location", location)], "id1", "catalog")) is kept


def test_response_headers_refuse_a_value_that_would_split_the_answer() -> None:
    with pytest.raises(Problem) as raised:
        response_headers([("ETag", '"a"\r\nSet-Cookie: x=y')], "id1", "catalog")
    assert raised.value.status == 502


@pytest.mark.parametrize(
    ("content_type", "may_style"),
    [("video/mp4", True), ("image/jpeg", True), ("application/octet-stream", False), ("text/csv", False)],
)
def test_response_headers_let_a_browser_show_pictures_and_videos_and_nothing_else(
    content_type: str, may_style: bool
) -> None:
    headers = dict(response_headers([("Content-Type", content_type)], "id1", "importer"))
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert policy.endswith("frame-ancestors 'none'")
    assert "script" not in policy
    assert ("style-src" in policy) is may_style


@pytest.mark.parametrize(
    ("scheme", "cookie", "passed"),
    [
        ("http", "stackroom=s; stackroom-sign-on=gAAA_-=; theme=dark", "stackroom-sign-on=gAAA_-="),
        ("https", "__Host-stackroom=s; __Host-stackroom-sign-on=gAAA", "__Host-stackroom-sign-on=gAAA"),
        ("https", "stackroom-sign-on=gAAA", None),
        ("http", "stackroom=s", None),
        ("http", "stackroom-sign-on=", None),
        ("http", 'stackroom-sign-on="a b\\015"', None),
        ("http", f"stackroom-sign-on={'x' * 3000}", None),
    ],
)
def test_no_cookie_but_that_of_a_sign_on_reaches_identity(scheme: str, cookie: str, passed: str | None) -> None:
    sent = sign_on_cookie({"wsgi.url_scheme": scheme, "HTTP_COOKIE": cookie})
    assert sent == ({"Cookie": passed} if passed else {})


def test_response_headers_keep_every_cookie_of_identity() -> None:
    sent = [("Set-Cookie", "a=b"), ("Location", "https://login.example/x"), ("set-cookie", "c=d")]
    headers = response_headers(sent, "id1", "identity")
    assert [value for name, value in headers if name == "Set-Cookie"] == ["a=b", "c=d"]
    assert ("Location", "https://login.example/x") in headers
    with pytest.raises(Problem):
        response_headers([("Set-Cookie", "a=b"), ("Set-Cookie", "c=d\nx: y")], "id1", "identity")
