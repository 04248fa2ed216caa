"""What every command works with."""

import dataclasses
import shlex

from stackroom_client.credentials import Credential
from stackroom_client.server import Server
from stackroom_client.terminal import Terminal
from stackroom_client.token_store import TokenStore


@dataclasses.dataclass(frozen=True)
class Context:
    """``given_url`` is the address where the command line named one: commands that are suggested repeat it."""

    server: Server
    terminal: Terminal
    as_json: bool
    given_url: str | None
    credential: Credential
    store: TokenStore

    def command(self, *words: str) -> str:
        """A command line to be copied."""
        address = ["--url", self.server.address.shown] if self.given_url else []
        return shlex.join(["stackroom", *words, *address])

    def say_where(self, what: str, preposition: str = "on") -> None:
        """Before anything is changed there."""
        self.terminal.say(f"{what} {preposition} {self.server.address.told}")
