"""A worker's name belongs to its token and to one incarnation at a time; no message can be beyond its bounds."""

import msgspec
import pytest
import requests
from sqlalchemy import text

from importer.database import make_engine
from stackroom_jobs.protocol import (
    CONTRACT_HEADER,
    CONTRACT_VERSION,
    ClaimedChunk,
    ClaimRequest,
    Heartbeat,
    RenewRequest,
)
from stackroom_jobs.worker.client import WorkerAPI, WorkerAPIError
from stackroom_jobs.worker.registration import WorkerName
from tests.support.workers import calls
from tests.support.workers.calls import OTHER_TOKEN, SELF, TOKEN, WORKERS, Importer, output_of, soon


def beat(incarnation: str = SELF, host: str = "host") -> Heartbeat:
    return calls.beat(incarnation=incarnation, host=host)


def claim_as(api: WorkerAPI, incarnation: str, token: str) -> ClaimedChunk | None:
    asked = ClaimRequest("w1", "cpu", ["normalize_record"], f"d-{token}", token, incarnation)
    return api.claim(asked, soon())


def silent_for(migrated: str, seconds: float) -> None:
    """Nobody was heard for so long."""
    with make_engine(migrated, 1).connect() as connection:
        connection.execute(text(f"UPDATE importer.worker SET last_seen = now() - interval '{seconds} s'"))


def test_worker_that_comes_back_frees_what_its_former_self_held(importer: Importer, migrated: str) -> None:
    api = importer.api()
    api.heartbeat(beat("aa"))
    importer.post()
    held = claim_as(api, "aa", "t1")
    assert held is not None
    silent_for(migrated, 3.5)  # it was killed
    api.heartbeat(beat("bb"))
    again = claim_as(api, "bb", "t2")
    assert again is not None
    assert (again.batch_id, again.first_row, again.attempt) == (held.batch_id, held.first_row, 2)
    assert api.report("t1", output_of(held), None, soon()) is None  # the former self writes nothing
    assert importer.batch(again.batch_id)["state"] == "running"
    api.report("t2", output_of(again), None, soon())
    assert importer.batch(again.batch_id)["state"] == "done"


def test_what_is_freed_comes_before_the_rows_that_follow_it(importer: Importer, migrated: str) -> None:
    """Else a worker that was killed in a large batch would compute all the rest of it first."""
    api = importer.api()
    api.heartbeat(beat("aa"))
    importer.post(6000)
    held = [claim_as(api, "aa", f"t{number}") for number in range(2)]
    silent_for(migrated, 3.5)
    api.heartbeat(beat("bb"))
    taken = [claim_as(api, "bb", f"u{number}") for number in range(3)]
    assert [chunk and chunk.first_row for chunk in taken[:2]] == [chunk and chunk.first_row for chunk in held]
    assert taken[2] is not None
    assert taken[2].attempt == 1


def test_former_self_keeps_its_chunk_until_that_is_taken_but_not_by_renewing(importer: Importer, migrated: str) -> None:
    """It may be an orphan that still computes: its report counts while nobody else has the chunk."""
    api = importer.api()
    api.heartbeat(beat("aa"))
    batch_id = importer.post()
    held = claim_as(api, "aa", "t1")
    assert held is not None
    silent_for(migrated, 3.5)
    api.heartbeat(beat("bb"))
    assert api.renew(RenewRequest("t1", 0, 0))
    assert claim_as(api, "aa", "t2") is None  # the past takes nothing new
    with make_engine(migrated, 1).connect() as connection:
        assert connection.execute(text("SELECT due_at <= now() FROM importer.chunk")).scalar()
    api.report("t1", output_of(held), None, soon())
    assert importer.batch(batch_id)["state"] == "done"


def test_second_worker_of_one_name_is_refused_and_harms_nothing(importer: Importer) -> None:
    api = importer.api()
    api.heartbeat(beat("aa", host="first"))
    importer.post()
    assert claim_as(api, "aa", "t1") is not None
    importer.post()
    with pytest.raises(WorkerAPIError, match="Another worker is heard under the name 'w1', on the host 'first'"):
        api.heartbeat(beat("bb", host="second"))
    assert claim_as(api, "bb", "t2") is None
    api.goodbye(WorkerName("w1", "bb"))
    (worker,) = importer.client.get(WORKERS).get_json()["items"]
    assert (worker["host"], len(worker["busy"])) == ("first", 1)
    assert api.renew(RenewRequest("t1", 0, 0))
    assert claim_as(api, "aa", "t3") is not None


def test_name_belongs_to_the_token_that_registered_it(importer: Importer, migrated: str) -> None:
    mine, other = importer.api(), importer.api(OTHER_TOKEN)
    mine.heartbeat(beat())
    future = msgspec.structs.replace(beat(), contract=CONTRACT_VERSION + 1)
    silent_for(migrated, 10)
    for forged in (beat("bb"), msgspec.structs.replace(beat(), unhealthy="forged"), future):
        with pytest.raises(WorkerAPIError, match="Another worker is heard"):
            other.heartbeat(forged)
    other.goodbye(WorkerName("w1", "aa"))
    (worker,) = importer.client.get(WORKERS).get_json()["items"]
    assert worker["reason"] is None
    silent_for(migrated, 31)
    other.heartbeat(beat("bb"))


WRONG_MESSAGES: dict[str, tuple[str, dict[str, object]]] = {
    "slots-below-zero": ("heartbeat", {"slots": -1000}),
    "no-slots": ("heartbeat", {"slots": 0}),
    "slots-of-a-world": ("heartbeat", {"slots": 10**6}),
    "slots-no-number": ("heartbeat", {"slots": "2"}),
    "name-empty": ("heartbeat", {"worker": ""}),
    "name-too-long": ("heartbeat", {"worker": "w" * 201}),
    "name-with-a-line-feed": ("heartbeat", {"worker": "w1\n"}),
    "host-too-long": ("heartbeat", {"host": "h" * 201}),
    "queue-odd": ("heartbeat", {"queues": ["cpu; drop"]}),
    "queues-too-many": ("heartbeat", {"queues": ["cpu"] * 201}),
    "operations-too-many": ("heartbeat", {"operations": ["x"] * 201}),
    "versions-too-many": ("heartbeat", {"versions": {str(n): "1" for n in range(201)}}),
    "versions-too-long": ("heartbeat", {"versions": {"python": "3" * 201}}),
    "unhealthy-too-long": ("heartbeat", {"unhealthy": "u" * 20_001}),
    "incarnation-odd": ("heartbeat", {"incarnation": "AA"}),
    "incarnation-empty": ("heartbeat", {"incarnation": ""}),
    "claim-incarnation-empty": ("claim", {"incarnation": ""}),
    "goodbye-incarnation-empty": ("goodbye", {"worker": "w1", "incarnation": ""}),
    "device-memory-below-zero": ("heartbeat", {"device": {"kind": "cuda", "model": "m", "memory_total": -1}}),
    "claim-token-too-long": ("claim", {"token": "t" * 101}),
    "claim-token-empty": ("claim", {"token": ""}),
    "claim-delivery-odd": ("claim", {"delivery": "a b"}),
    "renew-below-zero": ("renew", {"current": -1}),
    "renew-beyond-the-column": ("renew", {"total": 2**63}),
    "fail-code-odd": ("fail", {"code": "a b"}),
    "fail-detail-too-long": ("fail", {"detail": "d" * 2001}),
    "lost-for-another-reason": ("lost", {"reason": "bored"}),
}
RIGHT_MESSAGES: dict[str, dict[str, object]] = {
    "heartbeat": msgspec.to_builtins(beat()),
    "claim": {
        "worker": "w1",
        "queue": "cpu",
        "operations": ["normalize_record"],
        "delivery": "d1",
        "token": "t1",
        "incarnation": SELF,
    },
    "renew": {"token": "t1"},
    "release": {"token": "t1"},
    "fail": {"token": "t1", "code": "operation_failed", "detail": "d"},
    "lost": {"worker": "w1", "delivery": "d1", "reason": "worker_lost"},
    "goodbye": {"worker": "w1", "incarnation": SELF},
}


@pytest.mark.parametrize(("call", "wrong"), WRONG_MESSAGES.values(), ids=WRONG_MESSAGES)
def test_message_beyond_its_bounds_is_refused_and_changes_nothing(
    importer: Importer, call: str, wrong: dict[str, object]
) -> None:
    api = importer.api()
    api.heartbeat(beat())
    importer.post()
    claim_as(api, "aa", "t1")
    before = importer.client.get(WORKERS).get_json()["items"]
    headers = {"Authorization": f"Bearer {TOKEN.reveal()}", CONTRACT_HEADER: str(CONTRACT_VERSION)}
    body = {**RIGHT_MESSAGES[call], **wrong}
    answer = requests.post(f"{importer.url}/internal/{call}", json=body, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_message")
    assert importer.client.get(WORKERS).get_json()["items"] == before


@pytest.mark.parametrize("call", ["heartbeat", "claim", "goodbye"])
def test_worker_that_does_not_say_its_incarnation_is_refused(importer: Importer, call: str) -> None:
    """Every contract that is taken says it: without it two workers of one name could not be told apart."""
    headers = {"Authorization": f"Bearer {TOKEN.reveal()}", CONTRACT_HEADER: str(CONTRACT_VERSION)}
    body = {name: value for name, value in RIGHT_MESSAGES[call].items() if name != "incarnation"}
    answer = requests.post(f"{importer.url}/internal/{call}", json=body, headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (400, "wrong_message")
    assert "incarnation" in answer.json()["detail"]
    assert importer.client.get(WORKERS).get_json()["items"] == []


def test_next_claim_of_a_report_says_the_incarnation_too(importer: Importer) -> None:
    api = importer.worker()
    batch_id = importer.post()
    chunk = claim_as(api, SELF, "t1")
    assert chunk is not None
    headers = {"Authorization": f"Bearer {TOKEN.reveal()}"}
    query = {"token": "t1", "next_token": "t2", "worker": "w1", "queue": "cpu", "delivery": "d", "operations": "x"}
    url = f"{importer.url}/internal/report"
    answer = requests.post(url, output_of(chunk), headers=headers, params=query, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (400, "missing_parameter")
    assert importer.batch(batch_id)["state"] == "running"
