"""What a client shows: a cookie, a token, or nothing that is one."""

import pytest

from ui.access.credentials import Credential, credential_of

SESSION, OLD = "a" * 43, "o" * 43


@pytest.mark.parametrize(
    ("environ", "session", "token"),
    [
        ({}, "", ""),
        ({"HTTP_COOKIE": f"theme=dark; stackroom={SESSION}"}, SESSION, ""),
        ({"HTTP_COOKIE": f"__Host-stackroom={SESSION}"}, "", ""),
        ({"HTTP_COOKIE": f"__Host-stackroom={SESSION}; stackroom={OLD}", "wsgi.url_scheme": "https"}, SESSION, ""),
        ({"HTTP_COOKIE": f"stackroom={SESSION}", "wsgi.url_scheme": "https"}, "", ""),
        # Twice: the first is that of the longer path, as browsers send them.
        ({"HTTP_COOKIE": f"stackroom={SESSION}; stackroom={OLD}"}, SESSION, ""),
        ({"HTTP_COOKIE": f"stackroom={SESSION},stackroom={OLD}"}, "", ""),
        ({"HTTP_COOKIE": f"stackroom={'x' * 2000}"}, "", ""),
        ({"HTTP_COOKIE": "stackroom"}, "", ""),
        ({"HTTP_COOKIE": "stackroom=short"}, "", ""),
        ({"HTTP_COOKIE": f"Stackroom={SESSION}"}, "", ""),
        ({"HTTP_COOKIE": f'stackroom="\\000{SESSION}"'}, "", ""),
        ({"HTTP_COOKIE": "\x00=\xff; ;;=; stackroom=\xe9"}, "", ""),
        ({"HTTP_AUTHORIZATION": "Bearer sr1_a"}, "", "sr1_a"),
        ({"HTTP_AUTHORIZATION": "bearer  sr1_a "}, "", "sr1_a"),
        ({"HTTP_AUTHORIZATION": "Bearer"}, "", "-"),
        ({"HTTP_AUTHORIZATION": "Bearer sr1_a,Bearer sr1_b"}, "", "sr1_a,Bearer sr1_b"),
        ({"HTTP_AUTHORIZATION": "Bearer \xff\xfe"}, "", "\xff\xfe"),
        ({"HTTP_AUTHORIZATION": "Basic YTpi"}, "", ""),
        ({"HTTP_AUTHORIZATION": "Basic YTpi", "HTTP_COOKIE": f"stackroom={SESSION}"}, SESSION, ""),
        ({"HTTP_AUTHORIZATION": "Bearer sr1_a", "HTTP_COOKIE": f"stackroom={SESSION}"}, "", "sr1_a"),
        ({"HTTP_AUTHORIZATION": "Bearer " + "x" * 9000}, "", "x" * 1024),
    ],
)
def test_client_shows_a_cookie_or_a_token(environ: dict[str, str], session: str, token: str) -> None:
    assert credential_of(environ, "a") == Credential(session, token, "a")
