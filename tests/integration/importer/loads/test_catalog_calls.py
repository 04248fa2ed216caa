"""The importer's calls to the catalog, several at once."""

from concurrent.futures import ThreadPoolExecutor
from itertools import repeat
from threading import Barrier

import pytest
from flask import Flask

from importer.dispatcher.apply_loop import APPLY_LOOPS
from importer.loads.catalog import Catalog, Verdict, sender_of
from importer.settings import Settings
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
