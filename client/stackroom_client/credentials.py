"""Which token goes with the calls: of the environment, of a file that is named, or that of ``stackroom login``."""

import dataclasses
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from stackroom_client.address import Address
from stackroom_client.errors import UsageError
from stackroom_client.token_store import VARIABLE, TokenStore, store_path

MOST_CHARACTERS = 1000
_TOKEN = re.compile(rf"[A-Za-z0-9._~+/=-]{{1,{MOST_CHARACTERS}}}", re.ASCII)  # what RFC 6750 lets through
NAME_IT = "name that server yourself, by --url or STACKROOM_URL in the environment, or use stackroom login"
PLAIN = "is sent without TLS: whoever listens on the way can use it; give an https address"


@dataclasses.dataclass(frozen=True)
class Credential:
    """``source`` says where the token is from; it is never printed itself, nor shown in a traceback."""

    token: str = dataclasses.field(default="", repr=False)
    source: str = ""
    is_of_login: bool = False


def credential_for(
    address: Address, token_file: str | None, say: Callable[[str], None], environ: Mapping[str, str] = os.environ
) -> tuple[Credential, TokenStore]:
    """UsageError for what cannot be a token, and for one that would go where only a file of this folder says.

    Without any the calls go out without one.
    """
    store, given = TokenStore(store_path(environ), say), _given(token_file, environ)
    if given is not None:
        if not address.is_named:
            raise UsageError(f"the token of {given.source} would go to {address.told}: {NAME_IT}")
        return given, store
    kept = store.get(address.url)
    return (_of_login(kept, store) if kept else Credential()), store


def _of_login(kept: str, store: TokenStore) -> Credential:
    source = str(store.path)
    return Credential(_checked(kept, source), source, is_of_login=True)


def _given(token_file: str | None, environ: Mapping[str, str]) -> Credential | None:
    """Not bound to a server, as those of login are."""
    if environ.get(VARIABLE):
        return Credential(_checked(environ[VARIABLE], VARIABLE), VARIABLE)
    if token_file is not None:
        return Credential(_checked(_content(token_file), f"--token-file {token_file}"), token_file)
    return None


def _content(path: str) -> str:
    try:
        with Path(path).open("rb") as file:
            return file.read(MOST_CHARACTERS + 3).decode("utf-8", "replace")
    except (OSError, ValueError) as error:
        raise UsageError(f"--token-file {path} cannot be read: {getattr(error, 'strerror', None) or error}") from None


def _checked(text: str, source: str) -> str:
    token = text.strip()
    if not _TOKEN.fullmatch(token):
        raise UsageError(f"{source} holds no token: one is a single word of letters, digits and _")
    return token
