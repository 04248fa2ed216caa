"""The importer's calls to the catalog: several at once, and signed where the catalog asks who calls."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from threading import Barrier

import pytest
from flask import Flask, request

from importer.dispatcher.apply_loop import APPLY_LOOPS
from importer.loads.catalog import BulkCall, Catalog, Verdict, sender_of
from importer.settings import Settings
from stackroom_kit.actor import HEADER, ActorSigner, request_to_sign
from tests.support.identity.settings import ACTOR_KEY
from tests.support.servers.served import served


def test_catalog_keeps_a_connection_for_each_call_at_once(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    together = Barrier(APPLY_LOOPS)
    slow = Flask("slow")

    @slow.post("/internal/applied/<key>/close")
    def close(key: str) -> dict[str, str]:
        together.wait(10)
        return {"state": "closed"}

    with served(slow) as url, ThreadPoolExecutor(APPLY_LOOPS) as threads:
        catalog = Catalog(Settings(**{**vars(settings), "catalog_url": url}), APPLY_LOOPS)
        for _ in range(2):
            answers = list(threads.map(catalog.close, map(str, range(APPLY_LOOPS)), repeat(sender_of(None, None))))
            assert {answer.verdict for answer in answers} == {Verdict.CLOSED}
    assert "pool is full" not in caplog.text


SENDER = sender_of("7", "ann")
CALLS: dict[str, tuple[Callable[[Catalog], object], str]] = {
    "what there is": (lambda catalog: catalog.resources(), "importer"),
    "a chunk": (lambda catalog: catalog.apply(BulkCall("/api/groups/bulk", "k", b"[]", SENDER)), "ann"),
    "the end of a key": (lambda catalog: catalog.close("k", SENDER), "ann"),
}


@pytest.mark.parametrize("what", CALLS)
def test_every_call_is_signed_where_the_catalog_asks_who_calls(settings: Settings, what: str) -> None:
    call, name = CALLS[what]
    guarded, signer, callers = Flask("guarded"), ActorSigner(ACTOR_KEY), []

    @guarded.before_request
    def note() -> dict[str, object]:
        callers.append(signer.verified(request.headers[HEADER], request_to_sign()))
        return {"state": "closed", "items": [], "outcomes": []}

    with served(guarded) as url:
        own = {"catalog_url": url, "auth": "on", "actor_key": ACTOR_KEY}
        call(Catalog(Settings(**{**vars(settings), **own}), 1))
    assert [(caller.name, "service" in caller.rights) for caller in callers] == [(name, True)]
