"""Tokens of hosts with workers: made and shown once, known at once, over once they are taken back; nothing is lost."""

from collections.abc import Callable

import msgspec
import pytest
import requests
from sqlalchemy import Engine, text

from importer.app import create_app
from importer.settings import Settings
from importer.worker_api.app import create_app as create_worker_api
from importer.worker_api.known_tokens import LOOK_SECONDS
from stackroom_jobs.protocol import CONTRACT_VERSION
from stackroom_jobs.worker.client import NotAdmittedError, WorkerAPIError
from stackroom_kit.settings import Secret
from stackroom_kit.token_form import WORKER_TOKEN
from tests.support.servers.served import served
from tests.support.waiting import wait_until
from tests.support.workers.calls import PEPPERS, TOKEN, TOKENS, WORKERS, Importer, asked, beat, claimed, output_of, soon

OLDER = Secret("2:" + "another-pepper-" * 3)


def run(engine: Engine, statement: str) -> str:
    with engine.connect() as connection:
        return str(connection.execute(text(statement)).scalar())


def status(url: str, token: Secret) -> int:
    """Of another process of the worker API."""
    headers = {"Authorization": f"Bearer {token.reveal()}"}
    return requests.get(f"{url}/internal/token", headers=headers, timeout=10).status_code


def test_token_works_beside_that_of_the_setting_and_is_shown_once(importer: Importer) -> None:
    _, token = importer.make_token("gpu1", "gpu", "cpu", "cpu", days=30)
    assert importer.status(TOKEN) == 204
    importer.post()
    assert claimed(importer.worker(token), "t1").batch_id
    listed = importer.client.get(TOKENS)
    assert token.reveal() not in listed.text
    found = listed.get_json()["items"][0]
    assert (found["name"], found["queues"], found["created_by"]) == ("gpu1", ["cpu", "gpu"], "local")
    assert (found["key"], found["revoked_at"]) == (WORKER_TOKEN.key_of(token.reveal()), None)


def test_chunk_of_a_token_that_is_taken_back_is_done_once_by_another(importer: Importer, engine: Engine) -> None:
    token_id, token = importer.make_token()
    taken = importer.worker(token)
    batch_id = importer.post()
    chunk = claimed(taken, "t1")
    assert importer.client.delete(f"{TOKENS}/{token_id}").get_json() == {"status": "revoked"}
    wait_until(lambda: importer.status(token) == 403, LOOK_SECONDS + 0.5, "the token to be refused")
    importer.post()
    with pytest.raises(WorkerAPIError, match="403"):
        taken.claim(asked("t2"), soon())
    with pytest.raises(WorkerAPIError, match="403"):
        taken.report("t1", output_of(chunk), None, soon())
    with pytest.raises(NotAdmittedError, match="known token"):
        taken.heartbeat(beat())
    run(engine, "UPDATE importer.chunk SET due_at = now() WHERE state = 'leased' RETURNING 1")  # its lease ends
    other = importer.api()
    other.heartbeat(beat("w2"))
    again = other.claim(msgspec.structs.replace(asked("t3"), worker="w2"), soon())
    assert again is not None
    assert (again.batch_id, again.first_row, again.attempt) == (batch_id, 1, 2)
    other.report("t3", output_of(again), None, soon())
    assert importer.batch(batch_id)["outcomes"] == {"ok": 2, "failed": 0, "refused": 0, "cancelled": 0, "pending": 0}


def test_worker_of_a_token_that_is_taken_back_counts_no_more_and_its_name_is_free(importer: Importer) -> None:
    token_id, token = importer.make_token()
    _, another = importer.make_token("gpu2")
    importer.api(token).heartbeat(beat())
    with pytest.raises(WorkerAPIError, match="Another worker is heard"):
        importer.api(another).heartbeat(beat())  # a name belongs to the token that registered it
    importer.client.delete(f"{TOKENS}/{token_id}")
    with pytest.raises(NotAdmittedError):  # however lately this process has seen that the token is valid
        importer.api(token).heartbeat(beat())
    (worker,) = importer.client.get(WORKERS).get_json()["items"]
    assert (worker["state"], worker["alive"], worker["reason"]) == ("refused", False, "Its token was taken back.")
    importer.api(another).heartbeat(beat())
    (worker,) = importer.client.get(WORKERS).get_json()["items"]
    assert worker["state"] == "healthy"


def test_token_whose_time_is_over_is_refused_and_its_name_is_free(importer: Importer, engine: Engine) -> None:
    _, token = importer.make_token(days=1)
    assert importer.status(token) == 204
    run(engine, "UPDATE importer.worker_token SET expires_at = now() RETURNING 1")
    wait_until(lambda: importer.status(token) == 403, LOOK_SECONDS + 0.5, "the token to be refused")
    _, again = importer.make_token()
    assert importer.status(again) == 204


def altered(change: Callable[[str], str]) -> Callable[[Secret], str]:
    return lambda token: change(token.reveal())


@pytest.mark.parametrize(
    "shown",
    [
        altered(lambda token: token[:-1]),
        altered(lambda token: f"{token} "),
        altered(str.lower),
        altered(lambda _token: WORKER_TOKEN.new_token()),
        altered(lambda token: token.replace("srw1", "sr1")),
    ],
)
def test_what_is_not_the_token_is_refused(importer: Importer, shown: Callable[[Secret], str]) -> None:
    _, token = importer.make_token()
    answer = requests.get(
        f"{importer.url}/internal/token", headers={"Authorization": f"Bearer {shown(token)}"}, timeout=10
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "worker_token_needed")


def test_it_is_noted_at_most_once_a_minute_who_was_seen_with_a_token(importer: Importer, engine: Engine) -> None:
    token_id, token = importer.make_token()
    api = importer.api(token)

    def written() -> str:
        return run(engine, f"SELECT xmin FROM importer.worker_token WHERE id = '{token_id}'")

    api.heartbeat(beat())
    first = written()
    for _ in range(20):
        api.heartbeat(beat())
        api.claim(asked("t1"), soon())
    assert written() == first
    (found,) = importer.client.get(TOKENS).get_json()["items"]
    assert (found["worker"], found["contract"]) == ("w1", CONTRACT_VERSION)
    assert found["last_seen"] is not None


def test_pepper_is_changed_while_tokens_of_the_old_one_go_on(importer: Importer, database: str) -> None:
    _, old = importer.make_token("old")
    both = Secret(f"{OLDER.reveal()},1:{PEPPERS.reveal()}")
    with_both = Settings(sqlalchemy_database_uri=database, worker_token=TOKEN, worker_token_peppers=both)
    made = create_app(with_both).test_client().post(TOKENS, json={"name": "new"}).get_json()["secret"]
    with served(create_worker_api(with_both)) as url:
        assert [status(url, one) for one in (old, Secret(made))] == [204, 204]
    assert importer.status(Secret(made)) == 403  # which does not know its pepper


@pytest.mark.parametrize("peppers", [Secret(), PEPPERS])
def test_made_token_in_the_setting_is_known_by_its_row_alone(
    importer: Importer, database: str, peppers: Secret
) -> None:
    """Else nobody could take it back."""
    token_id, token = importer.make_token()
    settings = Settings(sqlalchemy_database_uri=database, worker_token=token, worker_token_peppers=peppers)
    importer.client.delete(f"{TOKENS}/{token_id}")
    with served(create_worker_api(settings)) as url:
        assert status(url, token) == 403
