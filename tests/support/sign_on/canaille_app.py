"""Canaille, a real identity provider, with the client and the people that PROVIDER_OPTIONS names (see ``providers``).

It runs in an environment of its own, which has nothing of ours. Everybody has the same password. Nothing of it is kept.
"""

import datetime
import json
import os
import secrets
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIServer, make_server

from canaille import create_app
from canaille.app import models
from canaille.backends import Backend
from joserfc.jwk import RSAKey


class Server(ThreadingMixIn, WSGIServer):
    """A browser keeps connections open, and none of them may keep the others waiting."""

    daemon_threads = True


def configuration(port: int) -> dict[str, Any]:
    key = RSAKey.generate_key(2048)
    key.ensure_kid()
    return {
        "ENV_FILE": None,
        "SECRET_KEY": secrets.token_hex(16),
        "PREFERRED_URL_SCHEME": "http",
        "SERVER_NAME": f"localhost:{port}",
        "CANAILLE": {
            "DATABASE": "memory",
            "JAVASCRIPT": False,
            "HTMX": False,
            "ACL": {"DEFAULT": {"PERMISSIONS": ["use_oidc"]}},
        },
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [key.as_dict(private=True)]},
    }


def fill(client: dict[str, Any], groups: dict[str, list[str]], password: str) -> None:
    """Make the client, and who is in which group."""
    backend = Backend.instance
    people = {}
    for name in groups:
        people[name] = models.User(
            user_name=name, formatted_name=f"{name} of the provider", given_name=name, family_name=name,
            display_name=name, emails=[f"{name}@books.example"], password=password,
        )  # fmt: skip
        backend.save(people[name])
    for group in {one for named in groups.values() for one in named}:
        members = [people[name] for name, named in groups.items() if group in named]
        backend.save(models.Group(display_name=group, members=members))
    now = datetime.datetime.now(datetime.UTC)
    made = models.Client(client_id_issued_at=now, **{**client, "scope": client["scope"].split()})
    backend.save(made)
    made.audience = [made]  # as its page for new clients does
    backend.save(made)


def main() -> None:
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"  # this is loopback
    options = json.loads(os.environ["PROVIDER_OPTIONS"])
    app = create_app(config=configuration(options["port"]))
    with app.app_context():
        fill(options["client"], options["groups"], options["password"])
    make_server("127.0.0.1", options["port"], app, server_class=Server).serve_forever()


if __name__ == "__main__":
    main()
