"""The containers with AUTH=on behind TLS, and people who call them; every secret and every refusal is kept."""

import secrets
from pathlib import Path
from typing import Any

import requests

from deploy.compose_secrets import new_token
from deploy.local.ports import LOOPBACK, free_port
from tests.support.stacks.compose import PROJECT, Compose

FILES = ("compose.yaml", "deploy/compose.tls.yaml")
OWN = ("actor_key", "token_peppers")  # which a test changes, so these are no others'
HOST = "stack.test"  # of the certificate
NETWORK = "10.213.213.8/29"  # beside that of the stack which is published without sign-in
ALL = "/api/identity/"


class GuardedCompose(Compose):
    """``secrets`` by what they are; ``refusals`` are the answers to calls that were refused, heads and all."""

    def __init__(self, folder: Path) -> None:
        """``folder`` is for the secrets that this stack has for itself."""
        self._folder, self.https_port = folder, free_port()
        own = folder / "secrets.yaml"
        own.write_text("secrets:\n" + "".join(f"  {name}: {{file: {folder / name}}}\n" for name in OWN))
        tls = {"TLS_ADDRESS": LOOPBACK, "TLS_PORT": str(self.https_port), "TLS_NETWORK": NETWORK, "TRUSTED_HOSTS": HOST}
        # One process of the gateway: what it remembers of a token, each process remembers for itself.
        super().__init__((*FILES, str(own)), f"{PROJECT}-auth", {"AUTH": "on", "WEB_PROCESSES": "1", **tls})
        self.secrets: dict[str, str] = {}
        self.refusals: list[str] = []
        for name in OWN:
            self.keep_secret(name, new_token())

    def keep_secret(self, name: str, *values: str) -> None:
        """In the place of what the file had: a container has the file, not its name."""
        path = self._folder / name
        path.write_text(",".join(values), encoding="ascii")
        path.chmod(0o644)
        for value in (one.rpartition(":")[2] for one in values):  # without the id of a pepper
            self.secrets.setdefault(name, value)  # that of the start
            self.secrets[f"{name} {len(self.secrets)}"] = value

    def call(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        answer = super().call(method, path, **kwargs)
        if not answer.ok:
            self.refusals.append(f"{answer.headers}\n{answer.text}")
        return answer

    def admin(self, *words: str, typed: str = "") -> str:
        return self("exec", "-T", "identity", "stackroom-admin", *words, typed=typed).strip()

    def password(self, name: str) -> str:
        """That of this person, made when it is first asked for."""
        return self.secrets.setdefault(f"password of {name}", secrets.token_urlsafe(16))

    def person(self, name: str, role: str) -> dict[str, str]:
        """Made by the command of the server, then signed in."""
        self.admin("add-user", name, "--role", role, typed=f"{self.password(name)}\n")
        return self.sign_in(name)

    def sign_in(self, name: str) -> dict[str, str]:
        """What a browser sends from then on."""
        body = {"name": name, "password": self.password(name)}
        return self.session(name, self.call("POST", f"{ALL}session", json=body))

    def session(self, name: str, answer: requests.Response) -> dict[str, str]:
        assert answer.ok, answer.text
        secret = answer.cookies["stackroom"]
        self.secrets[f"session {len(self.secrets)} of {name}"] = secret
        return {"Cookie": f"stackroom={secret}"}

    def token(self, owner: dict[str, str], *scopes: str) -> dict[str, str]:
        """What a program sends."""
        made = self.call("POST", f"{ALL}tokens", json={"name": "of a test", "scopes": scopes}, headers=owner)
        assert made.status_code == 201, made.text
        secret = made.json()["secret"]
        number = len(self.secrets)
        self.secrets |= {f"token {number}": secret, f"end of token {number}": secret.rpartition("_")[2]}
        return {"Authorization": f"Bearer {secret}"}
