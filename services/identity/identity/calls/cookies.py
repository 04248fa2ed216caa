"""The cookie of a session: no script can read it, and no other site can send it with a write."""

from flask import Response, request

from stackroom_kit.public_path import public_path

NAME = "stackroom"
SECURE_NAME = f"__Host-{NAME}"  # which a browser takes over TLS alone, and from no other host's page
DAY_SECONDS = 24 * 3600


def _is_secure() -> bool:
    """As the gateway says, which alone knows how the client reached it."""
    return request.headers.get("X-Forwarded-Proto") == "https"


def remember(response: Response, secret: str, days: int) -> None:
    _set(response, secret, days * DAY_SECONDS)


def forget(response: Response) -> None:
    _set(response, "", 0)


def _set(response: Response, value: str, max_age: int) -> None:
    name, path = (SECURE_NAME, "/") if _is_secure() else (NAME, public_path("/"))
    response.set_cookie(name, value, max_age=max_age, path=path, secure=_is_secure(), httponly=True, samesite="Lax")
