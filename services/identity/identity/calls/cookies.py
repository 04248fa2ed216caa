"""Cookies that no script can read, and that no other site can send with a write: of a session, and of a sign-on."""

from flask import Response, request

from identity.services import services
from stackroom_kit.cookies import SESSION, SIGN_ON, cookie_name
from stackroom_kit.public_path import public_path

DAY_SECONDS = 24 * 3600


def _is_secure() -> bool:
    """As the gateway says, which alone knows how the client reached it."""
    return request.headers.get("X-Forwarded-Proto") == "https"


def _name(name: str) -> str:
    return cookie_name(name, is_secure=_is_secure())


def remember(response: Response, secret: str) -> None:
    _set(response, SESSION, secret, services().lifetime.days * DAY_SECONDS)


def forget(response: Response) -> None:
    _set(response, SESSION, "", 0)


def remember_sign_on(response: Response, sealed: str, seconds: int) -> None:
    _set(response, SIGN_ON, sealed, seconds)


def forget_sign_on(response: Response) -> None:
    _set(response, SIGN_ON, "", 0)


def sign_on() -> str:
    """Of the request at hand; an empty text where there is none."""
    return request.cookies.get(_name(SIGN_ON), "")


def _set(response: Response, name: str, value: str, max_age: int) -> None:
    is_secure = _is_secure()
    path = "/" if is_secure else public_path("/")
    response.set_cookie(_name(name), value, max_age=max_age, path=path, secure=is_secure, httponly=True, samesite="Lax")
