"""Who sent a batch is seen wherever people look: in answers, on pages, at the command line."""

import json

import pytest
import requests
from sqlalchemy import create_engine, text

from tests.support.client.command import stackroom
from tests.support.stacks.guarded import GuardedStack

BATCHES = "/api/importer/batches"
PATH = f"{BATCHES}?operation=normalize_record"
HEADERS, ROWS = {"Content-Type": "application/x-ndjson"}, b'{"id":1,"payload":"x"}\n'
FORGET = text("UPDATE importer.batch SET actor_id = NULL, actor_name = NULL, actor_kind = NULL WHERE id = :id")
LOCAL = text("UPDATE importer.batch SET actor_id = 'local', actor_name = 'local', actor_kind = 'local' WHERE id = :id")
ENGLISH = {"Accept-Language": "en"}


def sent(stack: GuardedStack, session: requests.Session) -> str:
    answer = session.post(stack.url + PATH, data=ROWS, headers=HEADERS, timeout=20)
    assert answer.status_code == 202, answer.text
    batch_id: str = answer.json()["id"]
    return batch_id


@pytest.fixture(scope="module")
def ids(stack: GuardedStack) -> dict[str, str]:
    """Of an operator, an editor, an administrator's token, from before identity and from a time without sign-in."""
    by_token = requests.Session()
    token = stack.token("admin", scopes=["reader", "operator"])
    by_token.headers["Authorization"] = f"Bearer {token}"
    made = {name: sent(stack, stack.sign_in(name)) for name in ("operator", "editor")}
    made |= {"admin": sent(stack, by_token)}
    operator, engine = stack.sign_in("operator"), create_engine(stack.database_uri)
    for name, statement in (("before", FORGET), ("off", LOCAL)):
        made[name] = sent(stack, operator)
        with engine.begin() as connection:
            connection.execute(statement, {"id": made[name]})
    engine.dispose()
    return made


def test_answers_name_the_sender_and_everybody_finds_his_own(stack: GuardedStack, ids: dict[str, str]) -> None:
    reader = stack.sign_in("reader")
    found = {
        name: reader.get(f"{stack.url}{BATCHES}/{batch_id}", timeout=20).json()["sent_by"]
        for name, batch_id in ids.items()
    }
    told = {name: one and (one["name"], one["kind"]) for name, one in found.items()}
    of_people = {"operator": ("operator", "user"), "editor": ("editor", "user"), "admin": ("admin", "token")}
    assert told == {**of_people, "before": None, "off": ("local", "local")}
    mine = stack.sign_in("operator").get(f"{stack.url}{BATCHES}?mine=true&limit=200", timeout=20).json()["items"]
    assert ids["operator"] in {one["id"] for one in mine}
    assert {one["sent_by"]["name"] for one in mine} == {"operator"}
    assert reader.get(f"{stack.url}{BATCHES}?mine=true", timeout=20).json() == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", {"before": "before identity", "off": "before identity", "admin": "by a token"}),
        ("ru", {"before": "до учётных записей", "off": "до учётных записей", "admin": "по токену"}),
    ],
)
def test_pages_name_the_sender(stack: GuardedStack, ids: dict[str, str], language: str, words: dict[str, str]) -> None:
    session = stack.sign_in("reader")
    session.headers["Accept-Language"] = language
    pages = {name: session.get(f"{stack.url}/imports/{one}", timeout=20).text for name, one in ids.items()}
    shown = {name: page.partition('<dd id="sent-by">')[2].partition("</dd>")[0] for name, page in pages.items()}
    for name, word in {"operator": "operator", "editor": "editor", **words}.items():
        assert word in shown[name], (name, shown[name])
    listed = session.get(f"{stack.url}/imports", timeout=20).text
    assert all(word in listed for word in words.values())


def test_page_shows_the_own_batches_alone_where_that_is_asked(stack: GuardedStack, ids: dict[str, str]) -> None:
    session = stack.sign_in("editor")
    page = session.get(f"{stack.url}/imports?mine=true&state=done", headers=ENGLISH, timeout=20).text
    assert ids["operator"][:12] not in page
    assert 'aria-current="true" href="/imports?state=done&amp;mine=true">mine</a>' in page
    assert 'href="/imports?state=done">by everybody</a>' in page
    assert 'href="/imports?state=queued&amp;mine=true">queued</a>' in page
    assert ids["editor"][:12] in session.get(f"{stack.url}/imports?mine=true", timeout=20).text


def test_command_names_the_sender(stack: GuardedStack, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACKROOM_TOKEN", stack.token("operator", scopes=["reader", "operator"]))
    lines = stackroom(stack.url, "batches").out.splitlines()
    assert lines[0].endswith("sent by")
    senders = {line.split()[0]: line.rpartition("  ")[2].strip() for line in lines[1:]}
    expected = {"operator": "operator", "editor": "editor", "admin": "admin (token)"}
    expected |= {"before": "before identity", "off": "before identity"}
    assert {name: senders[batch_id] for name, batch_id in ids.items()} == expected
    mine = json.loads(stackroom(stack.url, "batches", "--mine", "--json").out)
    assert {one["sent_by"]["name"] for one in mine} == {"operator"}
    assert "sent by editor\n" in stackroom(stack.url, "show", ids["editor"]).out
    assert "sent by" not in stackroom(stack.url, "show", ids["before"]).out
