"""The account page as identity says where its user comes from."""

import json
import socket

import msgspec
import pytest

from deploy.local.ports import LOOPBACK, free_port
from stackroom_kit.actor import Actor
from tests.support.gateway.scripted_upstream import Received, ScriptedUpstream, reply
from tests.support.identity.settings import ACTOR_KEY
from ui import create_app
from ui.pages.account_routes import ME
from ui.settings import Settings

ANN = Actor("00000000-0000-0000-0000-000000000001", "ann", "user", "reader", ("reader",))
BROWSER = {"Accept": "text/html"}


@pytest.mark.parametrize(
    ("me", "status", "has_form"),
    [({"is_from_provider": False}, 200, True), ({"is_from_provider": True}, 200, False), ({}, 503, False)],
)
def test_password_is_changed_where_it_is_kept(me: object, status: int, has_form: bool) -> None:
    def answer(asked: Received, client: socket.socket) -> None:
        reply(body=json.dumps(me).encode() if asked.target == ME else msgspec.json.encode(ANN))(asked, client)

    identity, nowhere = ScriptedUpstream(), f"http://{LOOPBACK}:{free_port()}"
    identity.script = answer
    settings = Settings(
        auth="on", actor_key=ACTOR_KEY, identity_url=identity.url, catalog_url=nowhere, importer_url=nowhere
    )
    try:
        with create_app(settings).test_client() as client:
            client.set_cookie("stackroom", "x" * 43)
            page = client.get("/account", headers=BROWSER)
    finally:
        identity.close()
    assert (page.status_code, 'id="change-password"' in page.text) == (status, has_form)
    assert ("пароль хранится и меняется там" in page.text) == (status == 200 and not has_form)
