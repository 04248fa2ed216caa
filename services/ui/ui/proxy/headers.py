"""Which headers pass through the gateway, each way; everything else stays behind."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from urllib3.util import SKIP_HEADER
from werkzeug.sansio.http import parse_cookie

from stackroom_kit.cookies import SIGN_ON, cookie_name
from stackroom_kit.request_id import HEADER as REQUEST_ID
from ui.problems import BAD_UPSTREAM_ANSWER
from ui.proxy.routes import IDENTITY

REQUEST_HEADERS = {
    "HTTP_ACCEPT": "Accept",
    "HTTP_ACCEPT_LANGUAGE": "Accept-Language",
    "CONTENT_TYPE": "Content-Type",
    "HTTP_CONTENT_ENCODING": "Content-Encoding",
    "HTTP_IF_MATCH": "If-Match",
    "HTTP_IF_NONE_MATCH": "If-None-Match",
    "HTTP_IF_RANGE": "If-Range",
    "HTTP_RANGE": "Range",
    "HTTP_IDEMPOTENCY_KEY": "Idempotency-Key",
    "HTTP_TRACEPARENT": "Traceparent",
}
_NAMES = (
    "Content-Type",
    "Content-Length",
    "Content-Disposition",
    "Content-Language",
    "Content-Range",
    "Accept-Ranges",
    "ETag",
    "Last-Modified",
    "Location",
    "Retry-After",
    "Cache-Control",
    "Vary",
    "Allow",
    "Accept-Post",
    "Accept-Encoding",
    "Link",
    "Idempotent-Replayed",
    "WWW-Authenticate",
)
COOKIE = "set-cookie"  # of identity alone, which alone has sessions; the one header that may come several times
RESPONSE_HEADERS = {name.lower(): name for name in _NAMES}
NOTHING = "default-src 'none'; frame-ancestors 'none'"
# For the page that a browser makes around a picture or a video that is opened by its address.
PLAYER = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
PLAYED = ("image/", "video/")
API_HEADERS = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
]
_SEALED = re.compile(r"[A-Za-z0-9_=-]{1,2048}", re.ASCII)
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")


def request_headers(environ: Mapping[str, Any], request_id: str) -> dict[str, str]:
    """What the service gets. Forwarding headers are the gateway's own, never the client's."""
    headers = {name: environ[key] for key, name in REQUEST_HEADERS.items() if key in environ}
    headers[REQUEST_ID] = request_id
    headers["X-Forwarded-For"] = environ.get("REMOTE_ADDR", "")
    headers["User-Agent"] = SKIP_HEADER
    headers["Accept-Encoding"] = "identity"
    return headers


def sign_on_cookie(environ: Mapping[str, Any]) -> dict[str, str]:
    """What a browser keeps while it is at the provider: identity alone gets it, and no other cookie."""
    name = cookie_name(SIGN_ON, is_secure=environ.get("wsgi.url_scheme") == "https")
    value = parse_cookie(environ.get("HTTP_COOKIE", "")).get(name, "")
    return {"Cookie": f"{name}={value}"} if _SEALED.fullmatch(value) else {}


def _is_own(location: str) -> bool:
    """Only a path of this site may be named; a service's inner address stays inside."""
    return location.startswith("/") and not location.startswith("//")


def response_headers(sent: Iterable[tuple[str, str]], request_id: str, upstream: str) -> list[tuple[str, str]]:
    """What the client gets. Problem 502 for a value that would split the answer."""
    sent = list(sent)
    named = ((RESPONSE_HEADERS.get(name.lower()), value) for name, value in sent)
    headers = {name: value for name, value in named if name}
    cookies = [("Set-Cookie", value) for name, value in sent if name.lower() == COOKIE and upstream == IDENTITY]
    if not all(_VALUE.fullmatch(value) for _, value in (*headers.items(), *cookies)):
        raise BAD_UPSTREAM_ANSWER(f"The {upstream} sent a header that cannot be passed on.")
    if "Location" in headers and upstream != IDENTITY and not _is_own(headers["Location"]):
        del headers["Location"]
    headers.setdefault("Cache-Control", "private, no-cache")
    return finished(headers.items(), request_id, cookies)


def finished(
    headers: Iterable[tuple[str, str]], request_id: str, cookies: Iterable[tuple[str, str]] = ()
) -> list[tuple[str, str]]:
    """With what every answer of the API carries."""
    told = dict(headers)
    policy = PLAYER if told.get("Content-Type", "").startswith(PLAYED) else NOTHING
    return [*told.items(), *cookies, *API_HEADERS, ("Content-Security-Policy", policy), (REQUEST_ID, request_id)]
