"""The importer's side of the catalog's bulk calls; each may be repeated under its key."""

import dataclasses
from enum import Enum, auto
from typing import Any, Literal, NotRequired, TypedDict, TypeVar
from urllib.parse import quote, urlencode

import msgspec
import urllib3

from importer.settings import Settings
from stackroom_kit.actor import HEADER as ACTOR_HEADER
from stackroom_kit.actor import Actor, SignedRequest, signer_of
from stackroom_kit.request_id import HEADER, current_request_id

CONNECT_SECONDS = 3
READ_SECONDS = 35  # a little more than the catalog lets a statement take
# Nothing that the rows could be blamed for. 404: an older replica, which does not know the resource yet.
AWAY_STATUSES = frozenset({401, 404, 408, 411, 429, 502, 503, 504})
UNKNOWN_SENDER = "before identity"
IMPORTER = Actor("importer", "importer", "service", rights=("service",))  # what it asks for nobody's sake
M = TypeVar("M")


def sender_of(actor_id: str | None, actor_name: str | None) -> Actor:
    """In whose name the importer calls. What a sender may do was asked when his batch was accepted."""
    return Actor(actor_id or "", actor_name or UNKNOWN_SENDER, "service", rights=("editor", "service"))


class CatalogAwayError(Exception):
    """No answer, or one that says "later": nothing is known about the rows, and nothing is counted."""


class Verdict(Enum):
    APPLIED = auto()
    CLOSED = auto()
    REFUSED = auto()


class ItemOutcome(TypedDict):
    """What became of one item: ``code`` where it was not applied. ``id`` is what was sent of one that was not."""

    id: Any
    outcome: str
    code: NotRequired[str]
    field: NotRequired[str]
    detail: NotRequired[str]
    etag: NotRequired[str | None]


@dataclasses.dataclass(frozen=True)
class CatalogAnswer:
    """``outcomes`` of APPLIED, one per item; ``reason`` of the others."""

    verdict: Verdict
    outcomes: list[ItemOutcome] = dataclasses.field(default_factory=list)
    reason: str = ""


@dataclasses.dataclass(frozen=True)
class BulkCall:
    """``items`` is a JSON array; ``query`` holds the options of an upsert."""

    path: str
    key: str
    items: bytes
    sender: Actor
    query: dict[str, str] = dataclasses.field(default_factory=dict)


class Catalog:
    """``calls`` is how many threads may call it at once; each keeps its connection."""

    def __init__(self, settings: Settings, calls: int = 1) -> None:
        self._base = settings.catalog_url
        self._token = settings.service_token.reveal()
        self._signer = signer_of(settings)
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        self._pool = urllib3.PoolManager(maxsize=calls, retries=False, timeout=timeout)

    def apply(self, call: BulkCall) -> CatalogAnswer:
        """CatalogAwayError where the rows are not to blame."""
        path = call.path + (f"?{urlencode(call.query)}" if call.query else "")
        status, data = self._post(path, b'{"items":%b}' % call.items, call.sender, {"Idempotency-Key": call.key})
        if status == 200:
            return CatalogAnswer(Verdict.APPLIED, decoded_answer(data, _Outcomes).outcomes)
        problem = _problem(data)
        if status == 409 and problem.get("code") == "closed":
            # By a dispatcher that died before it had split the chunk.
            return CatalogAnswer(Verdict.CLOSED, reason="its key was closed")
        self._check_is_well(status)
        return CatalogAnswer(Verdict.REFUSED, reason=f"{status}: {problem.get('detail', '')}"[:500])

    def resources(self) -> bytes:
        """What it holds, as ``/internal/resources`` tells it. One that has no such call is away: it is of before."""
        status, data = self._call("GET", "/internal/resources", None, IMPORTER, {})
        if status != 200:
            raise CatalogAwayError(f"its resources: {status}")
        return data

    def close(self, key: str, sender: Actor) -> CatalogAnswer:
        """CLOSED: nothing will ever be applied under the key. APPLIED: it was already."""
        status, data = self._post(f"/internal/applied/{quote(key, safe='')}/close", b"", sender, {})
        if status != 200:
            raise CatalogAwayError(f"close: {status}")
        closed = decoded_answer(data, _Closed)
        if closed.state == "closed":
            return CatalogAnswer(Verdict.CLOSED)
        return CatalogAnswer(Verdict.APPLIED, closed.answer.outcomes)

    def _check_is_well(self, refusal: int) -> None:
        """CatalogAwayError for a refusal by what is ill, or is no catalog: it would refuse any rows."""
        try:
            status = self._pool.request("GET", f"{self._base}/health/ready", redirect=False).status
        except urllib3.exceptions.HTTPError as error:
            raise CatalogAwayError(type(error).__name__) from None
        if status != 200:
            raise CatalogAwayError(f"{refusal}, and it is not ready")

    def _actor_header(self, to_sign: SignedRequest, sender: Actor) -> dict[str, str]:
        """Nothing where nobody is asked who calls."""
        return {ACTOR_HEADER: self._signer.signed(sender, to_sign)} if self._signer else {}

    def _post(self, path: str, body: bytes, sender: Actor, extra: dict[str, str]) -> tuple[int, bytes]:
        return self._call("POST", path, body, sender, extra)

    def _call(
        self, method: str, path: str, body: bytes | None, sender: Actor, extra: dict[str, str]
    ) -> tuple[int, bytes]:
        headers = {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            HEADER: current_request_id(),
            **self._actor_header(SignedRequest(method, path, current_request_id()), sender),
            **extra,
        }
        try:
            answer = self._pool.request(method, self._base + path, body=body, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise CatalogAwayError(type(error).__name__) from None
        if answer.status in AWAY_STATUSES:
            raise CatalogAwayError(f"{answer.status} {_problem(answer.data).get('code', '')}".strip())
        return answer.status, answer.data


class _Outcomes(msgspec.Struct):
    outcomes: list[ItemOutcome]


class _Closed(msgspec.Struct):
    """``answer`` where something was applied under the key before."""

    state: Literal["closed", "applied"]
    answer: _Outcomes = msgspec.field(default_factory=lambda: _Outcomes([]))


def decoded_answer(data: bytes, kind: type[M]) -> M:
    """CatalogAwayError for an answer that no catalog gives."""
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise CatalogAwayError("its answer is none of a catalog") from None


def _problem(data: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}
    return found if isinstance(found, dict) else {}
