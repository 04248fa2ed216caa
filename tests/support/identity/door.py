"""What the gateway does before a call reaches identity: ask who shows a session or token, and sign the answer."""

import dataclasses
import itertools
from typing import Any

import msgspec
from argon2 import Parameters
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from identity.app import create_app
from stackroom_kit.actor import ANONYMOUS, HEADER, Actor, ActorSigner, SignedRequest
from stackroom_kit.request_id import HEADER as REQUEST_ID
from tests.support.identity.settings import ACTOR_KEY, CHEAP, settings_of

GATEWAY = Actor("gateway", "gateway", "service", rights=("service",))
COOKIE = "stackroom"
TOKENS = "/api/identity/tokens"
PASSWORD = "correct horse battery"
WRONG = (401, "wrong_credentials")
_ids = itertools.count(1)


@dataclasses.dataclass
class Door:
    """``address`` is the client's."""

    client: FlaskClient
    address: str = "10.0.0.1"
    signer: ActorSigner = dataclasses.field(default_factory=lambda: ActorSigner(ACTOR_KEY))

    @classmethod
    def to(cls, uri: str, parameters: Parameters = CHEAP, **more: Any) -> "Door":
        return cls(create_app(settings_of(uri, **more), parameters).test_client(use_cookies=False))

    def elsewhere(self, address: str) -> "Door":
        """For a client of another address."""
        return dataclasses.replace(self, address=address)

    def signed(self, actor: Actor, method: str, path: str, **options: Any) -> TestResponse:
        """``options`` are those of the test client."""
        request_id = f"r-{next(_ids)}"
        header = self.signer.signed(actor, SignedRequest(method, path, request_id))
        headers = {REQUEST_ID: request_id, HEADER: header, **options.pop("headers", {})}
        return self.client.open(path, method=method, headers=headers, **options)

    def who(self, **credential: str) -> TestResponse:
        """The answer of identity to the gateway."""
        body = {"address": self.address, **credential}
        return self.signed(GATEWAY, "POST", "/internal/authenticate", json=body)

    def send(self, method: str, path: str, session: str = "", token: str = "", **options: Any) -> TestResponse:
        """A call as a client makes it; what is refused at the door is that answer."""
        actor = msgspec.structs.replace(ANONYMOUS, address=self.address)
        if session or token:
            found = self.who(session=session, token=token)
            if found.status_code != 200:
                return found
            actor = msgspec.convert(found.get_json(), Actor)
        return self.signed(actor, method, path, **options)

    def sign_in(self, name: str, password: str = PASSWORD, session: str = "") -> TestResponse:
        return self.send("POST", "/api/identity/session", session, json={"name": name, "password": password})

    def session_of(self, name: str, password: str = PASSWORD) -> str:
        return secret_of(self.sign_in(name, password))

    def make_token(self, session: str, **body: object) -> str:
        """What is shown of a new token of whoever has this session."""
        answer = self.send("POST", TOKENS, session, json={"name": "ci", "scopes": ["reader"], **body})
        assert answer.status_code == 201, answer.text
        secret: str = answer.get_json()["secret"]
        return secret


def secret_of(answer: TestResponse) -> str:
    """The value of the cookie that was set."""
    assert answer.status_code in (200, 201), answer.text
    name, _, value = answer.headers["Set-Cookie"].partition(";")[0].partition("=")
    assert name == COOKIE
    return value


def code_of(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["code"]
