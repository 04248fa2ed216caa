"""Somebody who shows tokens that let nobody in, all the time, whatever dies meanwhile."""

import contextlib
import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator

from stackroom_kit.token_form import API_TOKEN, CHECK_LENGTH, checksum
from tests.support.stacks.guarded_faults import GuardedFaultStack
from tests.support.threads import in_background
from tests.support.waiting import wait_until
from ui.access.authenticator import AWAY_SECONDS, FRESH_SECONDS

REFUSED = {401, 403, 502, 503, 504}
REMEMBERED_SECONDS = FRESH_SECONDS + AWAY_SECONDS + 1  # for which a token may get in where identity is away
PAUSE = 0.02  # seconds between two tries
BATCHES = "/api/importer/batches"
RECORD = json.dumps({"records": [{"id": 1, "payload": "of an intruder"}]}).encode()


class Intruder:
    """``tried`` counts answers; ``let_in`` says which token got what."""

    def __init__(self, stack: GuardedFaultStack) -> None:
        self._stack = stack
        self._tokens = self._made()
        self._later: dict[str, float] = {}  # tokens that were good, and since when they are not
        self._ended = threading.Event()
        self.tried: Counter[int] = Counter()
        self.let_in: list[tuple[str, int]] = []

    def _made(self) -> dict[str, str]:
        stack = self._stack
        made = {what: stack.make_token("admin") for what in ("revoked", "expired")}
        stack.change_token(made["revoked"], "revoked_at = now()")
        stack.change_token(made["expired"], "expires_at = now() - interval '1 second'")
        beginning = f"{stack.tokens['admin'].rpartition('_')[0]}_{API_TOKEN.new_token()[-38:-CHECK_LENGTH]}"
        return {**made, "unknown": API_TOKEN.new_token(), "guessed": beginning + checksum(beginning)}

    def revoke_one(self) -> None:
        """That is used first, so that the gateway knows it."""
        token = self._stack.make_token("editor")
        wait_until(lambda: self._answer(token, "GET", BATCHES) == 200, 20, "a token that is good")
        self._stack.change_token(token, "revoked_at = now()")
        self._later[token] = time.monotonic() + REMEMBERED_SECONDS

    @contextlib.contextmanager
    def trying(self) -> Iterator[None]:
        """In the background until the end of the block."""
        self._ended.clear()
        with in_background(self._repeat, self._ended):
            yield

    def _repeat(self) -> None:
        while not self._ended.wait(PAUSE):
            over = {f"taken back {token[-4:]}": token for token, at in self._later.items() if time.monotonic() > at}
            for what, token in {**self._tokens, **over}.items():
                for method in ("GET", "POST"):
                    self._note(what, self._answer(token, method, BATCHES))
            self._note("reader", self._answer(self._stack.tokens["reader"], "POST", BATCHES))

    def _note(self, what: str, status: int) -> None:
        self.tried[status] += 1
        if status and status not in REFUSED:
            self.let_in.append((what, status))

    def _answer(self, token: str, method: str, path: str) -> int:
        """0 where there is none."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        body = RECORD if method == "POST" else None
        request = urllib.request.Request(self._stack.client_url + path, body, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return 0
