"""The workers' real client against the importer's real worker API, over HTTP."""

import uuid
from typing import cast

import pytest

from importer.database import make_engine
from stackroom_jobs.protocol import (
    FailRequest,
    Loss,
    LostRequest,
    ReleaseRequest,
    RenewRequest,
)
from stackroom_jobs.worker.client import WorkerAPIError
from stackroom_kit.settings import Secret
from tests.support.importer.ledger import Ledger
from tests.support.workers.calls import BATCHES, Importer, asked, claimed, output_of, soon


def test_claim_carries_records_and_report_carries_the_next_claim(importer: Importer) -> None:
    api = importer.worker()
    first, second = importer.post(), importer.post()
    chunk = claimed(api, "t1")
    assert (chunk.batch_id, chunk.first_row, chunk.attempt, chunk.operation) == (first, 1, 1, "normalize_record")
    following = api.report(chunk.token, output_of(chunk), asked("t2"), soon())
    assert following is not None
    assert following.batch_id == second
    assert api.report(following.token, output_of(following), asked("t3"), soon()) is None
    assert importer.batch(first)["state"] == importer.batch(second)["state"] == "done"


def test_nothing_due_is_no_chunk(importer: Importer) -> None:
    assert importer.worker().claim(asked("t1"), soon()) is None


def test_repeated_claim_and_report_after_lost_answers_change_nothing(importer: Importer) -> None:
    api = importer.worker()
    batch_id = importer.post()
    chunk = claimed(api, "t1")
    assert claimed(api, "t1") == chunk
    assert api.report("t1", output_of(chunk), None, soon()) is None
    assert api.report("t1", output_of(chunk), None, soon()) is None
    assert importer.batch(batch_id)["state"] == "done"


def test_report_of_a_cancelled_chunk_is_refused_without_an_error(importer: Importer) -> None:
    api = importer.worker()
    batch_id = importer.post()
    chunk = claimed(api, "t1")
    importer.client.post(f"{BATCHES}/{batch_id}/cancel", data=b"")
    assert not api.renew(RenewRequest("t1", 0, 0))
    assert api.report(chunk.token, output_of(chunk), asked("t2"), soon()) is None
    assert importer.batch(batch_id)["state"] == "cancelled"


def test_report_with_a_missing_line_is_an_error(importer: Importer) -> None:
    api = importer.worker()
    importer.post()
    chunk = claimed(api, "t1")
    with pytest.raises(WorkerAPIError, match="2 records, the report 1 lines"):
        api.report("t1", output_of(chunk).splitlines(keepends=True)[0], None, soon())


@pytest.mark.parametrize(("text", "words"), [(b"\xff", "can't decode byte"), (b"\0", r"U\+0000")])
def test_report_of_what_is_no_text_is_an_error(importer: Importer, text: bytes, words: str) -> None:
    api = importer.worker()
    importer.post()
    chunk = claimed(api, "t1")
    with pytest.raises(WorkerAPIError, match=words):
        api.report("t1", output_of(chunk) + text, None, soon())


def test_garbage_reported_as_outcomes_ends_in_failed_rows(importer: Importer, migrated: str) -> None:
    api = importer.worker()
    batch_id = importer.post(1)
    ledger = Ledger(make_engine(migrated, 1))
    for _ in range(5):
        chunk = claimed(api, uuid.uuid4().hex)
        with pytest.raises(WorkerAPIError, match="wrong_report"):
            api.report(chunk.token, b'{"row":99,"outcome":"ok","result":{}}\n', None, soon())
        ledger.make_due()
    batch = importer.batch(batch_id)
    assert batch["state"] == "done_with_errors"
    assert cast("dict[str, int]", batch["outcomes"])["failed"] == 1


def test_released_chunk_is_due_at_once_and_its_attempt_was_none(importer: Importer) -> None:
    api = importer.worker()
    importer.post()
    claimed(api, "t1")
    assert api.renew(RenewRequest("t1", 1, 2))
    api.release(ReleaseRequest("t1"), soon())
    assert claimed(api, "t2").attempt == 1


def test_failed_chunk_waits_and_lost_chunk_does_not(importer: Importer) -> None:
    api = importer.worker()
    importer.post()
    claimed(api, "t1")
    api.lost(LostRequest("w1", "d1", Loss.WORKER_LOST), soon())
    claimed(api, "t2")
    api.fail(FailRequest("t2", "operation_failed", "boom"), soon())
    assert api.claim(asked("t3"), soon()) is None


def test_wrong_token_is_refused_and_not_repeated(importer: Importer) -> None:
    with pytest.raises(WorkerAPIError, match="403"):
        importer.api(Secret("another")).claim(asked("t1"), soon())


def test_progress_of_a_batch_counts_what_is_done_of_its_records(importer: Importer) -> None:
    api = importer.worker()
    batch_id = importer.post()
    chunk = claimed(api, "t1")

    def progress() -> float:
        return float(importer.client.get(f"/api/importer/batches/{batch_id}").get_json()["progress"])

    assert progress() == 0
    api.renew(RenewRequest("t1", 1, 4))
    assert progress() == 0.125  # a quarter of one of two
    api.report("t1", output_of(chunk), None, soon())
    assert progress() == 1
