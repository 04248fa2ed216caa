"""What pages ask a service for now and then, and remember while it is away."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from stackroom_kit.refresh import Refresh
from ui.pages.reading import Reading, read
from ui.proxy.upstream import Upstream

ASK_SECONDS = 2.0
KEPT_SECONDS = 1.0
Told = TypeVar("Told")


class Remembered(Generic[Told]):
    """``parse`` makes what is remembered of the body of a good answer, and raises what it finds wrong in it.

    Of several that ask at once one waits for the service, and the others only while nothing is known yet.
    """

    def __init__(self, upstream: Upstream, target: str, parse: Callable[[Any], Told]) -> None:
        self._upstream, self._target, self._parse = upstream, target, parse
        self._told: Told | None = None
        self._refresh = Refresh(self._ask)
        self.code = ""  # of the problem of the last call, if there was one

    def get(self) -> Told | None:
        """The last good answer, at most KEPT_SECONDS old where the service answers; None before the first."""
        self._refresh.if_older(KEPT_SECONDS, all_wait=self._told is None)
        return self._told

    def _ask(self) -> None:
        found = read(self._upstream, self._target, ASK_SECONDS)
        self.code = _code_of(found)
        if not self.code:
            try:
                self._told = self._parse(found.body)
            except (msgspec.ValidationError, ValueError):
                self.code = "bad_upstream_answer"


def _code_of(found: Reading) -> str:
    """A service of an older version has no such call, which is no reason to say that a row was not found."""
    return "unavailable" if found.status == 404 else found.code
