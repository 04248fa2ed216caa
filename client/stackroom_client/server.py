"""One server over HTTP: every call is repeated while trouble may pass, which all calls of the API allow."""

import dataclasses
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

import requests
from requests.auth import AuthBase

from stackroom_client.address import Address
from stackroom_client.credentials import Credential
from stackroom_client.errors import Refused, TransientError, Unreachable
from stackroom_client.responses import FORBIDDEN, check, connection_errors, decoded
from stackroom_client.retry import RetryTimer
from stackroom_client.texts import duration

AGENT = "stackroom-client"
SEND_SECONDS = 20.0  # to connect, and for each block that is sent
ANSWER_SECONDS = 90.0  # the gateway itself gives up on a service after a minute
# Long bodies are taken one after the other, each in its time: who gives up early has to send all of it again.
POST_ANSWER_SECONDS = 900.0
BODY_BYTES_PER_SECOND = 64 * 1024
SILENT_SECONDS = 30.0  # of a stream, which says something every 10 seconds

NO_CREDENTIAL = Credential()

Say = Callable[[str], None]


class Body(Protocol):
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[bytes]: ...


@dataclasses.dataclass(frozen=True)
class Call:
    """``body`` makes the body anew for each attempt; ``path`` starts below the server's address."""

    method: str
    path: str
    query: Mapping[str, str] = dataclasses.field(default_factory=dict)
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    body: Callable[[], Body | bytes] | None = None


def answer_seconds(method: str, body: Body | bytes | None) -> float:
    """How long a server may say nothing. A retry of millions of rows has no body, and takes long all the same."""
    return POST_ANSWER_SECONDS + len(body or b"") / BODY_BYTES_PER_SECOND if method == "POST" else ANSWER_SECONDS


class _Bearer(AuthBase):
    """Not a plain header: requests would put the password of a .netrc in its place."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = self._header
        return request


def _with_hint(refused: Refused, credential: Credential) -> Refused:
    """Says which token was refused, or how to come by one."""
    if refused.status != 401 and refused.code != FORBIDDEN:
        return refused
    if not credential.token:
        hint = "sign in with stackroom login, or set STACKROOM_TOKEN"
    elif refused.code == FORBIDDEN:
        hint = f"what the token from {credential.source} may do: stackroom whoami"
    elif credential.is_of_login:
        hint = f"the token is from {credential.source}; sign in again: stackroom login"
    else:
        hint = f"the token is from {credential.source}"
    return Refused(refused.status, refused.code, f"{refused}\n  {hint}")


class Server:
    def __init__(
        self, address: Address, patience_seconds: float, say: Say, credential: Credential = NO_CREDENTIAL
    ) -> None:
        self.address = address
        self.patience_seconds = patience_seconds
        self._say = say
        self._session = requests.Session()
        self._session.headers["User-Agent"] = AGENT
        # A proxy that the environment names cannot reach this machine's own loopback.
        self._session.trust_env = not address.is_this_machine
        self.use(credential)

    def use(self, credential: Credential) -> None:
        """From now on its token goes with every call."""
        self._credential = credential
        self._session.auth = _Bearer(credential.token) if credential.token else None

    def close(self) -> None:
        self._session.close()

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        return self.json(Call("GET", path, query or {}))

    def json(self, call: Call) -> Any:
        """The value of a good answer. Refused, Unreachable or UsageError without one."""
        return self._retried(lambda: decoded(self._answer(call), self.address.shown))

    @contextmanager
    def stream(self, call: Call) -> Iterator[requests.Response]:
        """A good answer, its body still to be read. Opening it is retried; TransientError if it breaks off later."""
        answer = self._retried(lambda: self._answer(call, streamed=True))
        with answer, connection_errors(self.address.shown):
            yield answer

    @contextmanager
    def stream_once(self, call: Call) -> Iterator[requests.Response]:
        """The same without retries: whatever goes wrong is TransientError or Refused at once."""
        try:
            opened = self._answer(call, streamed=True)
        except Unreachable as error:
            raise TransientError(str(error)) from None
        with opened as answer, connection_errors(self.address.shown):
            yield answer

    def _retried(self, attempt: Callable[[], Any]) -> Any:
        timer = RetryTimer(self.patience_seconds)
        while True:
            try:
                return attempt()
            except TransientError as trouble:
                pause = timer.pause_after(trouble)
                self._say(f"{trouble}; trying again in {duration(pause)}")
            time.sleep(pause)

    def _answer(self, call: Call, *, streamed: bool = False) -> requests.Response:
        body = call.body() if call.body else None
        with connection_errors(self.address.shown):
            answer = self._session.request(
                call.method,
                self.address.url + call.path,
                params=dict(call.query),
                headers=dict(call.headers),
                data=body,
                stream=streamed,
                allow_redirects=False,
                timeout=(SEND_SECONDS, SILENT_SECONDS if streamed else answer_seconds(call.method, body)),
            )
            try:
                check(answer, self.address.shown)
            except Refused as refused:
                answer.close()
                raise _with_hint(refused, self._credential) from None
            except BaseException:
                answer.close()
                raise
            return answer
