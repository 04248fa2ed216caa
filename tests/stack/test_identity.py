"""The containers with AUTH=on: who comes in, what each may do, who reaches identity, and where no secret may stand."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from deploy.compose_secrets import new_token
from deploy.compose_tls import make_authority, make_certificate
from deploy.local.ports import LOOPBACK
from tests.support.stacks.compose import Compose, docker
from tests.support.stacks.confined import assert_confined, assert_unknown_to, connect
from tests.support.stacks.guarded_compose import ALL, HOST, GuardedCompose
from tests.support.stacks.published import Published
from tests.support.stacks.secrets import secret_values, stands_in_image
from tests.support.waiting import wait_until

GROUPS, BATCHES = "/api/groups/", "/api/importer/batches"
SIGNED = ("ui", "catalog", "importer", "importer-media", "importer-dispatcher", "identity")  # all that know ACTOR_KEY
Sent = dict[str, str]


@pytest.fixture(scope="module")
def guarded(stack: Compose, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GuardedCompose]:
    """``stack`` has made the secrets, and the images."""
    make_authority()
    make_certificate([HOST])
    compose = GuardedCompose(tmp_path_factory.mktemp("own"))
    compose.down()  # what an interrupted run left
    try:
        compose.up("--scale", "worker-gpu=0")
        yield compose
    finally:
        compose.down()


@pytest.fixture(scope="module")
def root(guarded: GuardedCompose) -> Sent:
    """The first administrator."""
    page, _, secret = guarded.admin("set-up").rpartition("#")
    assert page == f"http://localhost:{guarded.port}/set-up"
    guarded.secrets["one-time link"] = secret
    body = {"link": secret, "name": "root", "password": guarded.password("root")}
    made = guarded.call("POST", f"{ALL}set-up", json=body)
    assert (made.status_code, made.json()["role"]) == (201, "admin")
    return guarded.session("root", made)


@pytest.fixture(scope="module")
def token(guarded: GuardedCompose, root: Sent) -> Sent:
    return guarded.token(root, "reader", "operator")


def code_of(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_nobody_comes_in_who_has_not_signed_in(guarded: GuardedCompose) -> None:
    assert code_of(guarded.call("GET", GROUPS)) == (401, "sign_in_needed")
    assert code_of(guarded.call("POST", BATCHES, json={"records": []})) == (401, "sign_in_needed")
    page = guarded.call("GET", "/groups", allow_redirects=False)
    assert (page.status_code, page.headers["Location"]) == (303, "/sign-in?back=/groups")
    assert guarded.call("GET", "/api/health/ready").json()["parts"]["identity"]["status"] == "ok"


def test_link_for_the_first_administrator_is_used_once(guarded: GuardedCompose, root: Sent) -> None:
    body = {"link": guarded.secrets["one-time link"], "name": "other", "password": guarded.password("other")}
    assert code_of(guarded.call("POST", f"{ALL}set-up", json=body)) == (410, "link_gone")
    assert guarded.admin("set-up") == ""
    assert guarded.call("GET", f"{ALL}me", headers=root).json()["name"] == "root"


def test_batch_that_is_sent_with_a_token_is_computed(guarded: GuardedCompose, token: Sent) -> None:
    guarded.headers = token
    try:
        batch = guarded.wait_finished(guarded.post_rows(20_000, "by-token"))
        assert (batch["outcomes"]["ok"], batch["sent_by"]["name"]) == (20_000, "root")
        assert guarded.rows_of(batch["id"]) == list(range(1, 20_001))
    finally:
        guarded.headers = {}


def test_role_may_do_what_it_is_for(guarded: GuardedCompose, root: Sent) -> None:
    reader, operator, editor = (guarded.person(role, role) for role in ("reader", "operator", "editor"))
    group, records = {"id": 71, "name": "of an editor"}, {"records": [{"id": 1, "payload": "x"}]}
    assert guarded.call("GET", GROUPS, headers=reader).ok
    refused = [
        guarded.call("POST", BATCHES, json=records, headers=reader),
        guarded.call("POST", GROUPS, json=group, headers=operator),
        guarded.call("GET", f"{ALL}users", headers=editor),
    ]
    assert [code_of(answer) for answer in refused] == [(403, "forbidden")] * 3
    assert guarded.call("POST", BATCHES, json=records, headers=operator).status_code == 202
    assert guarded.call("POST", GROUPS, json=group, headers=editor).status_code == 201
    assert guarded.call("GET", f"{ALL}users", headers=root).json()["total"] == 4


def test_who_forgot_a_password_gets_another_one_from_the_server(guarded: GuardedCompose) -> None:
    """In a container of its own, as where identity does not run."""
    forgetful = guarded.person("forgetful", "admin")
    guarded.secrets["password that was forgotten"] = guarded.secrets.pop("password of forgetful")
    reset = ("run", "--rm", "-T", "identity", "stackroom-admin", "reset-password", "forgetful")
    assert "all sessions are over" in guarded(*reset, typed=f"{guarded.password('forgetful')}\n")
    assert guarded.sign_in("forgetful")
    wait_until(
        lambda: guarded.call("GET", f"{ALL}me", headers=forgetful).status_code == 401, 5, "the old session's end"
    )


def test_browser_over_tls_gets_a_cookie_for_tls_and_its_own_address(guarded: GuardedCompose) -> None:
    where = {"STACK_ADDRESS": LOOPBACK, "GATEWAY_URL": f"https://{HOST}:{guarded.https_port}"}
    browser = Published(where, "GATEWAY_URL")
    forged = {"X-Forwarded-For": "192.0.2.7", "Content-Type": "application/json"}
    body = json.dumps({"name": "reader", "password": guarded.password("reader")}).encode()
    signed_in = browser.call("POST", f"{ALL}session", forged, body)
    cookie, *attributes = signed_in.headers["Set-Cookie"].split("; ")
    assert cookie.startswith("__Host-stackroom=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(attributes)
    guarded.secrets["session over TLS"] = cookie.partition("=")[2]
    (listed,) = [
        one for one in browser.call("GET", f"{ALL}sessions", {"Cookie": cookie}).json()["items"] if one["is_this"]
    ]
    (outside,) = json.loads(docker("network", "inspect", f"{guarded.project}_outside"))
    assert listed["address"] == outside["IPAM"]["Config"][0]["Gateway"]
    assert browser.call("GET", GROUPS, {"Cookie": cookie.removeprefix("__Host-")}).status == 401
    assert browser.call("GET", GROUPS, {"Cookie": cookie, "Host": "evil.example"}).status == 421


def test_known_token_goes_on_while_identity_is_away(guarded: GuardedCompose, root: Sent, token: Sent) -> None:
    never_shown = guarded.token(root, "reader")
    assert guarded.call("GET", GROUPS, headers=token).ok
    guarded("stop", "identity")
    try:
        refused = guarded.call("GET", GROUPS, headers=never_shown)
        assert code_of(refused) == (503, "identity_unavailable")
        assert int(refused.headers["Retry-After"]) > 0
        assert [guarded.call("GET", GROUPS, headers=token).status_code for _ in range(3)] == [200] * 3
    finally:
        guarded("start", "identity")
    wait_until(lambda: guarded.call("GET", GROUPS, headers=never_shown).ok, 30, "identity to answer again")


def test_keys_are_changed_while_tokens_go_on(guarded: GuardedCompose, root: Sent, token: Sent) -> None:
    """Both are there at once: what was made under the old one is believed until it goes."""

    def restart(*services: str) -> None:
        guarded("restart", *services, limit=300)
        wait_until(lambda: ready(guarded), 180, "the stack to be ready")

    new, old = f"2:{new_token()}", "1:" + guarded.secrets["token_peppers"]
    guarded.keep_secret("actor_key", new_token(), guarded.secrets["actor_key"])
    guarded.keep_secret("token_peppers", new, old)
    restart(*SIGNED)
    made_after = guarded.token(root, "reader")
    assert [guarded.call("GET", GROUPS, headers=sent).status_code for sent in (token, made_after)] == [200, 200]
    guarded.keep_secret("token_peppers", new)
    restart("identity")
    wait_until(lambda: code_of_token(guarded, token) == (401, "unknown_token"), 10, "the old token's end")
    assert guarded.call("GET", GROUPS, headers=made_after).ok


def code_of_token(guarded: GuardedCompose, token: Sent) -> tuple[int, str]:
    answer = guarded.call("GET", GROUPS, headers=token)
    return (answer.status_code, "") if answer.ok else code_of(answer)


def ready(guarded: GuardedCompose) -> bool:
    try:
        return guarded.call("GET", "/api/health/ready").ok
    except requests.ConnectionError:  # the gateway itself was restarted
        return False


def test_identity_is_confined(guarded: GuardedCompose) -> None:
    assert_confined(guarded, "identity")


@pytest.mark.parametrize(
    "service", ["catalog", "importer", "importer-media", "importer-dispatcher", "importer-worker-api", "worker-cpu"]
)
def test_only_the_gateway_reaches_identity(guarded: GuardedCompose, service: str) -> None:
    connect(guarded, "ui", "identity", 5005)
    assert_unknown_to(guarded, service, "identity", 5005)


@pytest.mark.parametrize(("host", "port"), [("catalog", 5001), ("importer", 5002), ("redis", 6379)])
def test_identity_reaches_only_its_tables(guarded: GuardedCompose, host: str, port: int) -> None:
    connect(guarded, "identity", "postgres", 5432)
    assert_unknown_to(guarded, "identity", host, port)


def test_identity_has_no_way_out(guarded: GuardedCompose) -> None:
    """Beyond this machine, whose own ports every container reaches."""
    networks = guarded.containers()["identity"]["NetworkSettings"]["Networks"]
    internal = {network: json.loads(docker("network", "inspect", network))[0]["Internal"] for network in networks}
    prefix = guarded.project
    assert internal == {f"{prefix}_identity": True, f"{prefix}_identity-database": True}


def provoke_refusals(guarded: GuardedCompose, root: Sent, token: Sent) -> None:
    """Secrets where they do not belong."""
    password, link = guarded.password("root"), guarded.secrets["one-time link"]
    sent: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "session", {"json": {"name": password, "password": password}}),
        ("POST", "session", {"data": f'{{"name": "root", "password": "{password}'}),
        ("POST", "session", {"json": {"name": "root", "password": password, "again": password}}),
        ("PUT", "password", {"json": {"old_password": f"{password}x", "password": password}, "headers": root}),
        ("POST", "set-up", {"json": {"link": link, "name": password, "password": password}}),
        ("POST", "password/link", {"json": {"link": link, "password": password}}),
        ("POST", "tokens", {"json": {"name": password, "scopes": ["reader"], "days": 0}, "headers": root}),
        ("GET", "users", {"params": {"token": token["Authorization"]}, "headers": root}),
        ("GET", "me", {"headers": {"Authorization": f"{token['Authorization']}x"}}),
        ("GET", "me", {"headers": {"Cookie": f"{root['Cookie']}x"}}),
    ]
    for method, path, more in sent:
        answer = guarded.call(method, f"{ALL}{path}", **more)
        assert 400 <= answer.status_code < 500, (path, answer.text)


def test_no_secret_stands_in_dump_logs_refusals_inspect_or_layers(
    guarded: GuardedCompose, root: Sent, token: Sent
) -> None:
    provoke_refusals(guarded, root, token)
    shown = {
        "dump": guarded.inside("postgres", "pg_dump", "-U", "stackroom", "stackroom"),
        "logs": guarded("logs", "--no-color"),
        "inspect": docker("inspect", *guarded("ps", "-aq").split()),
        "refusals": "\n".join(guarded.refusals),
    }
    key = token["Authorization"].split("_")[1]
    assert key in shown["dump"]  # which is whole: what may stand there, does
    assert "sign-in refused" in shown["logs"]
    assert "/run/secrets/token_peppers" in shown["inspect"]
    values = {**guarded.secrets, **{f"file {secret[:4]}…": secret for secret in secret_values()}}
    found = [(place, name) for place, text in shown.items() for name, secret in values.items() if secret in text]
    assert found == []
    for image in ("stackroom-identity", "stackroom-ui", "stackroom-proxy"):
        assert not stands_in_image(image, values.values()), image
