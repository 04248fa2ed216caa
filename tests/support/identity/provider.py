"""An OpenID Connect provider on loopback, which tells the truth until a test makes it lie."""

import base64
import contextlib
import dataclasses
import hashlib
import itertools
import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "stackroom", "secret of the client: 100 %"
LIFE_SECONDS = 120
EVENT = "http://schemas.openid.net/event/backchannel-logout"
GONE = object()  # a claim or a field that is left out
Query = dict[str, str]


@dataclasses.dataclass
class Reply:
    """``pause`` seconds between two bytes; nothing before what is ``held`` is let go."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = dataclasses.field(default_factory=dict)
    pause: float = 0
    held: Event | None = None

    @classmethod
    def of(cls, value: Any, status: int = 200) -> "Reply":
        return cls(status, json.dumps(value).encode())


@dataclasses.dataclass
class Lies:
    """What differs from the truth: in ID token and description, and whole answers by their path."""

    claims: dict[str, Any] = dataclasses.field(default_factory=dict)
    header: dict[str, Any] = dataclasses.field(default_factory=dict)
    metadata: dict[str, Any] = dataclasses.field(default_factory=dict)
    userinfo: dict[str, Any] = dataclasses.field(default_factory=dict)
    replies: dict[str, Reply] = dataclasses.field(default_factory=dict)
    sign: Callable[[dict[str, Any], dict[str, Any]], str] | None = None
    keys: list[dict[str, Any]] | None = None
    clock: float = 0  # seconds by which its clock is ahead


def _without_gone(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not GONE}


def half_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()[:16]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def new_key(key_id: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": key_id, "use": "sig", "alg": "RS256"})


class LyingProvider:
    """``person`` has the claims of whoever signs in; ``asked`` is every request, as method and path."""

    def __init__(self, address: str) -> None:
        self.address, self.key = address, new_key("k1")
        self._codes: dict[str, Query] = {}
        self._people: dict[str, dict[str, Any]] = {}
        self._numbers = itertools.count(1)
        self.reset()

    def reset(self) -> None:
        self.lies = Lies()
        self.asked: list[tuple[str, str]] = []
        self.person: dict[str, Any] = {
            "sub": "1001", "preferred_username": "ann", "name": "Ann Example", "groups": ["librarians"], "sid": "s-1",
        }  # fmt: skip

    @property
    def metadata(self) -> dict[str, Any]:
        names = {
            "authorization_endpoint": "/authorize", "token_endpoint": "/token", "jwks_uri": "/keys",
            "userinfo_endpoint": "/userinfo", "end_session_endpoint": "/sign-out",
        }  # fmt: skip
        more = {
            "issuer": self.address,
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
            "authorization_response_iss_parameter_supported": True,
        }
        described = {**{name: self.address + path for name, path in names.items()}, **more}
        return _without_gone({**described, **self.lies.metadata})

    def authorize(self, address: str) -> Query:
        """The person says yes: what the browser brings back for this address."""
        asked = dict(parse_qsl(urlsplit(address).query, strict_parsing=True))
        assert {"code", "S256", CLIENT_ID} == {
            asked["response_type"], asked["code_challenge_method"], asked["client_id"],
        }  # fmt: skip
        code = f"code-{next(self._numbers)}"
        self._codes[code] = {**asked, "person": json.dumps(self.person)}
        return {"code": code, "state": asked["state"], "iss": self.address}

    def token(self, form: Query, authorization: str) -> Reply:
        asked = self._codes.pop(form.get("code", ""), None)
        name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        if (unquote(name), unquote(secret.replace("+", " "))) != (CLIENT_ID, CLIENT_SECRET):
            return Reply.of({"error": "invalid_client"}, 401)
        if asked is None or form["redirect_uri"] != asked["redirect_uri"]:
            return Reply.of({"error": "invalid_grant"}, 400)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return Reply.of({"error": "invalid_grant"}, 400)
        access, person = f"access-{next(self._numbers)}", json.loads(asked["person"])
        self._people[access] = person
        claims = {**person, "nonce": asked["nonce"], "at_hash": half_hash(access), **self._times()}
        id_token = self.signed({**claims, **self.lies.claims}, self.lies.header)
        return Reply.of({"access_token": access, "token_type": "Bearer", "id_token": id_token})

    def _times(self) -> dict[str, Any]:
        now = int(time.time() + self.lies.clock)
        return {"iss": self.address, "aud": CLIENT_ID, "iat": now, "exp": now + LIFE_SECONDS}

    def signed(self, claims: dict[str, Any], header: dict[str, Any]) -> str:
        claims, header = _without_gone(claims), _without_gone({"alg": "RS256", "kid": self.key.kid, **header})
        return self.lies.sign(header, claims) if self.lies.sign else jwt.encode(header, claims, self.key)

    def logout_token(self, **claims: Any) -> str:
        told = {**self._times(), "jti": f"j-{next(self._numbers)}", "events": {EVENT: {}}, **claims}
        return self.signed(told, {"typ": "logout+jwt"})

    def reply(self, method: str, path: str, form: Query, headers: Any) -> Reply:
        self.asked.append((method, path))
        if path in self.lies.replies:
            return self.lies.replies[path]
        if path == "/.well-known/openid-configuration":
            return Reply.of(self.metadata)
        if path == "/keys":
            return Reply.of({"keys": [self.key.as_dict()] if self.lies.keys is None else self.lies.keys})
        if path == "/token":
            return self.token(form, headers["Authorization"])
        if path == "/userinfo":
            person = self._people.get(headers["Authorization"].removeprefix("Bearer "))
            return Reply.of({**(person or {}), **self.lies.userinfo}, 200 if person else 401)
        return Reply.of({"error": "no such page"}, 404)


class _Handler(BaseHTTPRequestHandler):
    provider: LyingProvider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path == "/authorize":
            answer = self.provider.authorize(self.path)
            back = parse_qs(parts.query)["redirect_uri"][0]
            self._send(Reply(302, b"", {"Location": f"{back}?{urlencode(answer)}"}))
        else:
            self._send(self.provider.reply("GET", parts.path, {}, self.headers))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._send(self.provider.reply("POST", self.path, dict(parse_qsl(body)), self.headers))

    def _send(self, reply: Reply) -> None:
        if reply.held:
            reply.held.wait(60)
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        with contextlib.suppress(OSError):  # whoever asked may have had enough
            if not reply.pause:
                self.wfile.write(reply.body)
            for at in range(len(reply.body) if reply.pause else 0):
                time.sleep(reply.pause)
                self.wfile.write(reply.body[at : at + 1])

    def log_message(self, *_: Any) -> None:
        """Tests say what went wrong."""


@contextlib.contextmanager
def running_provider() -> Iterator[LyingProvider]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    provider = LyingProvider(f"http://127.0.0.1:{server.server_address[1]}")
    server.RequestHandlerClass = type("Handler", (_Handler,), {"provider": provider})
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
