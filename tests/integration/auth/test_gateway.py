"""People and programs through the gateway with AUTH=on: what they show, what is taken from them, and when."""

import json
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
import requests

from tests.support.stacks.guarded import PASSWORD, GuardedStack
from tests.support.waiting import wait_until

GROUPS, BATCHES, ME = "/api/groups/", "/api/importer/batches", "/api/identity/me"
SECONDS = 2.0  # for which a right that was taken away may still be used


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def code_of(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_session_is_a_cookie_that_scripts_do_not_see(stack: GuardedStack) -> None:
    session = stack.sign_in("editor")
    answer = session.delete(f"{stack.url}/api/identity/sessions", timeout=20)
    assert answer.status_code == 200
    signed_in = requests.post(
        f"{stack.url}/api/identity/session", json={"name": "editor", "password": PASSWORD}, timeout=20
    )
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(signed_in.headers["Set-Cookie"].split("; "))
    assert session.get(stack.url + ME, timeout=20).json()["name"] == "editor"
    assert session.delete(f"{stack.url}/api/identity/session", timeout=20).status_code == 200
    assert code_of(session.get(stack.url + ME, timeout=20)) == (401, "sign_in_needed")


def test_other_service_can_set_no_cookie(stack: GuardedStack) -> None:
    answer = stack.sign_in("editor").get(stack.url + GROUPS, timeout=20)
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    ("token", "code"), [("sr1_x", "malformed_token"), ("", "malformed_token"), ("x" * 5000, "malformed_token")]
)
@pytest.mark.parametrize("path", [GROUPS, ME, "/", "/api/identity/session"])
def test_wrong_token_is_refused_everywhere(stack: GuardedStack, path: str, token: str, code: str) -> None:
    answer = requests.get(stack.url + path, headers=bearer(token), timeout=20)
    assert code_of(answer) == (401, code)
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="stackroom", error="invalid_token"'


@pytest.mark.parametrize("header", ["Basic YTpi", "Digest x", "\xff\xfe", "Bearerx y"])
def test_authorization_of_another_kind_is_nobody(stack: GuardedStack, header: str) -> None:
    answer = requests.get(stack.url + GROUPS, headers={"Authorization": header.encode("latin-1")}, timeout=20)
    assert code_of(answer) == (401, "sign_in_needed")


@pytest.mark.parametrize("cookie", [b"stackroom=\xff\xfe", b"stackroom=" + b"x" * 3000, b"=;;\x01=", b"stackroom"])
def test_odd_cookie_is_nobody(stack: GuardedStack, cookie: bytes) -> None:
    answer = requests.get(stack.url + GROUPS, headers={"Cookie": cookie}, timeout=20)
    assert answer.status_code in (400, 401), answer.text


def test_refused_call_is_told_before_its_body_is_read(stack: GuardedStack) -> None:
    """A body of a gigabyte is announced, and none of it sent."""
    headers = {"Content-Length": str(10**9), "Content-Type": "application/json", **bearer("sr1_x")}
    answer = requests.post(stack.url + BATCHES, headers=headers, timeout=5)
    assert answer.status_code in (401, 413)


def test_token_does_what_its_scopes_allow_until_it_is_taken_back(stack: GuardedStack) -> None:
    token = stack.token("editor", scopes=["reader"])
    assert requests.get(stack.url + GROUPS, headers=bearer(token), timeout=20).status_code == 200
    refused = requests.post(stack.url + GROUPS, json={"id": 1}, headers=bearer(token), timeout=20)
    assert code_of(refused) == (403, "forbidden")
    owner = stack.sign_in("editor")
    for one in owner.get(f"{stack.url}/api/identity/tokens", timeout=20).json()["items"]:
        owner.delete(f"{stack.url}/api/identity/tokens/{one['id']}", timeout=20)
    revoked = time.monotonic()
    wait_until(
        lambda: requests.get(stack.url + GROUPS, headers=bearer(token), timeout=20).status_code == 401,
        SECONDS,
        "a refusal",
    )
    assert time.monotonic() - revoked <= SECONDS


def test_load_of_an_editor_reaches_the_register(stack: GuardedStack) -> None:
    session = stack.sign_in("editor")
    rows = b"".join(b'{"id":%d,"name":"group"}\n' % row for row in range(900, 910))
    headers = {"Content-Type": "application/x-ndjson"}
    sent = session.post(f"{stack.url}{BATCHES}?operation=load_groups", data=rows, headers=headers, timeout=20)
    assert sent.status_code == 202, sent.text
    batch = f"{stack.url}{BATCHES}/{sent.json()['id']}"
    wait_until(lambda: session.get(batch, timeout=20).json()["state"] == "done", 40, "the load to be done")
    assert session.get(f"{stack.url}{GROUPS}905", timeout=20).json()["name"] == "group"
    undone = session.post(f"{batch}/undo", timeout=20)
    assert undone.status_code == 202, undone.text
    wait_until(
        lambda: session.get(f"{stack.url}{GROUPS}905", timeout=20).status_code == 404, 40, "the load to be undone"
    )


@pytest.mark.parametrize("operation", ["load_groups", "load_types"])
def test_operator_sends_no_load(stack: GuardedStack, operation: str) -> None:
    """The call itself needs an operator, the operation more."""
    headers = {"Content-Type": "application/x-ndjson"}
    path = f"{stack.url}{BATCHES}?operation={operation}"
    answer = stack.sign_in("operator").post(path, data=b'{"id":1,"name":"x"}\n', headers=headers, timeout=20)
    assert code_of(answer) == (403, "forbidden")
    assert answer.headers["WWW-Authenticate"].endswith('scope="editor"')


def test_operator_tries_no_load_again(stack: GuardedStack) -> None:
    editor, operator = stack.sign_in("editor"), stack.sign_in("operator")
    headers = {"Content-Type": "application/x-ndjson"}
    path = f"{stack.url}{BATCHES}?operation=load_types"
    sent = editor.post(path, data=b'{"id":77,"group_id":123456789}\n', headers=headers, timeout=20).json()
    batch = f"{stack.url}{BATCHES}/{sent['id']}"
    wait_until(lambda: editor.get(batch, timeout=20).json()["state"] == "done_with_errors", 40, "its failure")
    assert code_of(operator.post(f"{batch}/retry", timeout=20)) == (403, "forbidden")
    assert editor.post(f"{batch}/retry", timeout=20).status_code == 202


def events_of(answer: requests.Response) -> Iterator[str]:
    for line in answer.iter_lines():
        if line.startswith(b"event: "):
            yield line.removeprefix(b"event: ").decode()


@pytest.mark.parametrize("end", ["session", "role"])
def test_event_stream_ends_when_its_reader_may_not_read_any_more(stack: GuardedStack, end: str) -> None:
    admin, sender = stack.sign_in("admin"), stack.sign_in("operator")
    body = {"name": f"watcher-{end}", "role": "reader"}
    made = admin.post(f"{stack.url}/api/identity/users", json=body, timeout=20).json()
    watcher = requests.Session()
    link = {"link": made["link"], "password": PASSWORD}
    assert watcher.post(f"{stack.url}/api/identity/password/link", json=link, timeout=20).status_code == 200
    # No worker of this stack has a GPU, so the batch stays open.
    sent = sender.post(
        f"{stack.url}{BATCHES}?operation=process_video", json={"records": [{"id": 1, "payload": "x.mp4"}]}, timeout=20
    )
    assert sent.status_code == 202, sent.text
    with closing(watcher.get(f"{stack.url}{BATCHES}/{sent.json()['id']}/events", stream=True, timeout=20)) as stream:
        events = events_of(stream)
        assert next(events) == "batch"
        user = f"{stack.url}/api/identity/users/{made['user']['id']}"
        if end == "session":
            admin.delete(f"{user}/sessions", timeout=20)
        else:
            admin.put(user, json={"is_disabled": True}, timeout=20)
        ended = time.monotonic()
        assert list(events) == []
        assert time.monotonic() - ended < SECONDS


@pytest.mark.parametrize("path", ["/", "/groups", "/imports", "/workers", "/api/docs/"])
def test_page_leads_who_has_not_signed_in_to_do_so(stack: GuardedStack, path: str) -> None:
    answer = requests.get(stack.url + path, allow_redirects=False, timeout=20)
    if path.startswith("/api/"):
        assert code_of(answer) == (401, "sign_in_needed")
    else:
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/sign-in?back={path}")
    assert stack.sign_in("reader").get(stack.url + path, timeout=20).status_code == 200


@pytest.mark.parametrize("path", ["/static/css/stackroom.css", "/api/health", "/api/health/ready"])
def test_health_and_static_files_need_nobody(stack: GuardedStack, path: str) -> None:
    assert requests.get(stack.url + path, timeout=20).status_code == 200


def test_write_of_another_site_is_refused_whatever_cookie_it_has(stack: GuardedStack) -> None:
    session = stack.sign_in("admin")
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = session.post(f"{stack.url}/api/identity/users", json={}, headers=headers, timeout=20)
        assert code_of(answer) == (403, "cross_site")


def test_password_is_guessed_slowly(stack: GuardedStack) -> None:
    codes = [
        requests.post(
            f"{stack.url}/api/identity/session",
            json={"name": "nobody-here", "password": f"{PASSWORD} {number}"},
            timeout=20,
        ).status_code
        for number in range(7)
    ]
    assert codes == [401] * 5 + [429] * 2


def test_documents_say_what_is_needed(stack: GuardedStack) -> None:
    session = stack.sign_in("reader")
    document = json.loads(session.get(f"{stack.url}/api/docs/catalog/openapi.json", timeout=20).text)
    assert document["paths"]["/api/groups/"]["post"]["security"] == [{"session": ["editor"]}, {"token": ["editor"]}]
    assert {"session", "token"} == set(document["components"]["securitySchemes"])
