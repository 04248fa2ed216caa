"""The calls by which administrators make and take back tokens of hosts: what they refuse, and what nobody may see."""

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from importer.app import create_app
from importer.settings import Settings
from importer.worker_api.app import create_app as create_worker_api
from stackroom_kit.settings import Secret, SettingsError
from stackroom_kit.token_form import WORKER_TOKEN
from tests.contract.test_worker_tokens import run, status
from tests.support.servers.served import served
from tests.support.workers.calls import PEPPERS, TOKEN, TOKENS, Importer, beat

NOBODY = "00000000-0000-0000-0000-000000000000"


def test_answer_with_the_secret_is_kept_nowhere(importer: Importer) -> None:
    assert importer.client.post(TOKENS, json={"name": "gpu1"}).headers["Cache-Control"] == "no-store"


def test_no_secret_is_in_the_database_or_a_log(
    importer: Importer, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    token_id, token = importer.make_token()
    importer.api(token).heartbeat(beat())
    importer.client.delete(f"{TOKENS}/{token_id}")
    rows = [
        run(engine, f"SELECT string_agg(t::text, ' ') FROM (SELECT * FROM importer.{table}) AS t")
        for table in ("worker_token", "worker")
    ]
    assert "gpu1" in rows[0]
    secret = token.reveal().rpartition("_")[2]
    for place in (*rows, caplog.text):
        for one in (secret, token.reveal(), PEPPERS.reveal()):
            assert one not in place
            assert one.encode().hex() not in place


def test_to_take_a_token_back_twice_is_no_mistake_and_an_unknown_one_is(importer: Importer) -> None:
    token_id, _ = importer.make_token()
    answers = [importer.client.delete(f"{TOKENS}/{one}").status_code for one in (token_id, token_id, NOBODY)]
    assert answers == [200, 200, 404]


WRONG: dict[str, tuple[object, int, str, str]] = {
    "no-object": ([], 400, "bad_request", ""),
    "no-name": ({}, 400, "wrong_body", ""),
    "name-empty": ({"name": ""}, 400, "bad_token_name", "/name"),
    "name-with-a-space": ({"name": "gpu 1"}, 400, "bad_token_name", "/name"),
    "name-with-a-line-feed": ({"name": "gpu1\n"}, 400, "bad_token_name", "/name"),
    "name-of-other-letters": ({"name": "узел"}, 400, "bad_token_name", "/name"),
    "name-too-long": ({"name": "g" * 64}, 400, "bad_token_name", "/name"),
    "name-far-too-long": ({"name": "g" * 10_000}, 400, "wrong_body", "/name"),
    "name-no-text": ({"name": 7}, 400, "wrong_body", "/name"),
    "queue-odd": ({"name": "a", "queues": ["cpu", "CPU; drop"]}, 400, "bad_queue_name", "/queues/1"),
    "queue-of-celery": ({"name": "a", "queues": ["unacked"]}, 400, "bad_queue_name", "/queues/0"),
    "queues-too-many": ({"name": "a", "queues": ["cpu"] * 51}, 400, "wrong_body", "/queues"),
    "queues-no-list": ({"name": "a", "queues": "cpu"}, 400, "wrong_body", "/queues"),
    "days-none": ({"name": "a", "days": 0}, 400, "bad_expiry", "/days"),
    "days-too-many": ({"name": "a", "days": 3651}, 400, "bad_expiry", "/days"),
    "days-no-number": ({"name": "a", "days": "7"}, 400, "wrong_body", "/days"),
    "unknown-field": ({"name": "a", "key": "mine"}, 400, "wrong_body", ""),
    "name-taken": ({"name": "taken"}, 409, "token_name_taken", "/name"),
}


@pytest.mark.parametrize(("body", "status_code", "code", "pointer"), WRONG.values(), ids=WRONG)
def test_wrong_token_is_refused_with_its_field_and_none_is_made(
    running: Importer, body: object, status_code: int, code: str, pointer: str
) -> None:
    running.client.post(TOKENS, json={"name": "taken"})
    before = running.client.get(TOKENS).get_json()
    answer = running.client.post(TOKENS, json=body)
    problem = answer.get_json()
    assert (answer.status_code, problem["code"]) == (status_code, code)
    assert problem["errors"][0]["pointer"] == pointer
    assert running.client.get(TOKENS).get_json() == before


def test_of_two_calls_at_once_one_makes_the_token(importer: Importer) -> None:
    start, codes = threading.Barrier(2), []

    def make() -> None:
        start.wait()
        codes.append(importer.client.application.test_client().post(TOKENS, json={"name": "gpu1"}).status_code)

    threads = [threading.Thread(target=make) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [201, 409]


def test_without_peppers_none_is_made_and_the_setting_goes_on(database: str) -> None:
    settings = Settings(sqlalchemy_database_uri=database, worker_token=TOKEN)
    answer = create_app(settings).test_client().post(TOKENS, json={"name": "gpu1"})
    assert (answer.status_code, answer.get_json()["code"]) == (409, "worker_tokens_off")
    with served(create_worker_api(settings)) as url:
        assert [status(url, one) for one in (TOKEN, Secret(WORKER_TOKEN.new_token()))] == [204, 403]


@pytest.mark.parametrize("create", [create_app, create_worker_api])
def test_wrong_peppers_end_the_start_and_are_not_shown(create: Callable[[Settings], object], database: str) -> None:
    settings = Settings(sqlalchemy_database_uri=database, worker_token=TOKEN, worker_token_peppers=Secret("too short"))
    with pytest.raises(SettingsError, match="WORKER_TOKEN_PEPPERS") as caught:
        create(settings)
    assert "too short" not in str(caught.value)
