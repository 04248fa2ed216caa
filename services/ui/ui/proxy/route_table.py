"""Routes made of literal and typed segments; the path for the service is rebuilt from the typed values."""

import dataclasses
import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple


class SegmentType(NamedTuple):
    """How a segment looks, and how its checked text is written again."""

    pattern: str
    rewrite: Callable[[str], str]


_SAFE = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]{1,100}"
SEGMENT_TYPES: Mapping[str, SegmentType] = {
    "int": SegmentType(r"-?[0-9]{1,10}", lambda digits: str(int(digits))),
    "batch": SegmentType(r"[A-Za-z0-9_-]{1,64}", str),
    "file": SegmentType(r"[A-Za-z0-9_-]{1,100}\.[a-z0-9]{1,5}", str),
    # Up to six segments that need no encoding, none of them . or .., and a slash at the end if wanted.
    "path": SegmentType(rf"{_SAFE}(?:/{_SAFE}){{0,5}}/?", str),
    "task": SegmentType(r"[A-Za-z0-9_-]{1,64}(?:\.[0-9]{1,10})?", str),
}
PAGES = "ui"  # the gateway's own calls
_TYPED = re.compile(r"<([a-z]+)>")


@dataclasses.dataclass(frozen=True)
class Route:
    """``methods`` are words with spaces between; GET brings HEAD. ``target`` is the path at the service.

    ``streams``: bodies are passed on while they come, and may be as long as a media file. ``is_json``: they may be as
    long as a JSON body. ``takes_turns``: every record of a body is looked at and stored, which keeps a core busy.
    ``is_long``: it may take as long as the longest body, though it has none.
    """

    methods: str
    path: str
    upstream: str
    target: str | None = None
    streams: bool = False
    is_json: bool = False
    takes_turns: bool = False
    is_long: bool = False

    @property
    def allowed(self) -> frozenset[str]:
        words = frozenset(self.methods.split())
        return words | {"OPTIONS"} | ({"HEAD"} if "GET" in words else frozenset())


class Match(NamedTuple):
    """Which service answers, at which path of its own, by which methods, and how bodies get there."""

    upstream: str
    path: str
    allowed: frozenset[str]
    streams: bool = False
    is_json: bool = False
    takes_turns: bool = False
    is_long: bool = False


def _match(route: Route, path: str) -> Match:
    how = (route.streams, route.is_json, route.takes_turns, route.is_long)
    return Match(route.upstream, path, route.allowed, *how)


class _TypedRoute:
    def __init__(self, route: Route) -> None:
        pieces = _TYPED.split(route.path)
        self._types = [SEGMENT_TYPES[name] for name in pieces[1::2]]
        groups = [f"({segment.pattern})" for segment in self._types]
        literals = [re.escape(piece) for piece in pieces[::2]]
        both = [literal + group for literal, group in zip(literals, [*groups, ""], strict=True)]
        self._regex = re.compile("".join(both), re.ASCII)
        self._target_pieces = _TYPED.split(route.target or route.path)[::2]
        self._route = route

    def match(self, path: str) -> Match | None:
        found = self._regex.fullmatch(path)
        if not found:
            return None
        values = [kind.rewrite(text) for kind, text in zip(self._types, found.groups(), strict=True)]
        pairs = zip(self._target_pieces, [*values, ""], strict=True)
        path, route = "".join(literal + value for literal, value in pairs), self._route
        return _match(route, path)


class RouteTable:
    """Literal paths are found in a dictionary, typed ones by trying each; the raw path is never passed on.

    The first route that fits is taken, so those for whatever is left stand last.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self._literal: dict[str, Match] = {}
        self._typed: list[_TypedRoute] = []
        for route in routes:
            if _TYPED.search(route.path):
                self._typed.append(_TypedRoute(route))
            elif route.path in self._literal:
                raise ValueError(f"the route {route.path} stands twice")
            else:
                self._literal[route.path] = _match(route, route.target or route.path)

    def match(self, path: str) -> Match | None:
        """The route of a raw, still encoded path; a percent sign matches nothing. None for what the pages answer."""
        found = self._literal.get(path) or next((one for typed in self._typed if (one := typed.match(path))), None)
        return found if found and found.upstream != PAGES else None
