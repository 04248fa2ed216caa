"""Identity that dies, hangs or is flooded: who is known goes on, nobody waits long, what was taken back is gone."""

import signal
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from argon2.profiles import RFC_9106_LOW_MEMORY

from deploy.local.ports import free_port
from stackroom_kit.token_form import API_TOKEN
from tests.support.faults.floods import MINUTE, flood, guessing, repeated, sampled
from tests.support.latency import latency_of
from tests.support.servers.services import is_ready
from tests.support.stacks.entrances import Entrances, running_entrances
from tests.support.waiting import wait_until
from ui.access.authenticator import EARLY_SECONDS
from ui.access.identity_client import PAUSE_SECONDS
from ui.proxy.upstream import ASK_SECONDS

GROUPS, ME, TOKENS = "/api/groups/", "/api/identity/me", "/api/identity/tokens"
SOON = 0.3  # seconds, in which everybody else is answered
REVOKED = 2.0  # seconds, after which nothing that was taken back is taken anywhere
SAMPLES = 60


@pytest.fixture(scope="module")
def running(make_migrated: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entrances]:
    """Passwords cost here what they cost people."""
    with running_entrances(tmp_path_factory.mktemp("entrances"), make_migrated(), RFC_9106_LOW_MEMORY) as entrances:
        yield entrances


@pytest.fixture
def stack(running: Entrances) -> Iterator[Entrances]:
    yield running
    running.proxy.pass_all()
    running.identity.running.send_to_group(signal.SIGCONT)
    if not is_ready(running.addresses["identity"]):
        running.identity.restart()
    running.wait_ready()
    wait_until(lambda: requests.get(running.urls[0] + ME, timeout=20).status_code == 401, 20, "identity")


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def new_token(stack: Entrances, name: str = "editor") -> str:
    made = stack.sign_in(name).post(stack.urls[0] + TOKENS, json={"name": "t", "scopes": ["reader"]}, timeout=20)
    assert made.status_code == 201, made.text
    return str(made.json()["secret"])


def status(url: str, headers: dict[str, str]) -> int:
    return requests.get(url + GROUPS, headers=headers, timeout=20).status_code


def kill(stack: Entrances) -> None:
    stack.identity.kill()


def hang(stack: Entrances) -> None:
    stack.identity.running.send_to_group(signal.SIGSTOP)


def lose_its_database(stack: Entrances) -> None:
    """Nobody listens there any more."""
    part = stack.identity
    before = part.env
    part.kill()
    part.env = {**before, "SQLALCHEMY_DATABASE_URI": f"postgresql+psycopg2://nobody@127.0.0.1:{free_port()}/none"}
    part.start()
    part.env = before
    part.running.wait_ready(lambda: is_ready(stack.addresses["identity"], "/health"))


def wait_for_its_database(stack: Entrances) -> None:
    """Longer than the gateway waits, also where identity has a connection to it already."""
    stack.proxy.delay = ASK_SECONDS + 1.0


@pytest.mark.parametrize("fault", [kill, hang, lose_its_database, wait_for_its_database])
def test_who_is_known_goes_on_while_identity_is_away(stack: Entrances, fault: Callable[[Entrances], None]) -> None:
    """Strangers are told to come again, never that they are nobody; when it is back all is as before."""
    url, token, session = stack.urls[0], bearer(new_token(stack)), stack.sign_in("reader")
    unused = new_token(stack)
    assert status(url, token) == 200
    assert session.get(url + GROUPS, timeout=20).status_code == 200
    fault(stack)
    found: Counter[int] = Counter()

    def known() -> None:
        found[status(url, token)] += 1
        found[session.get(url + GROUPS, timeout=20).status_code] += 1

    known()  # one of these finds out, and waits for that
    strangers = [bearer(unused), bearer(API_TOKEN.new_token()), {"Cookie": f"stackroom={'a' * 43}"}] * 3
    with ThreadPoolExecutor(len(strangers)) as others:
        asked = [others.submit(requests.get, url + GROUPS, headers=one, timeout=20) for one in strangers]
        with latency_of(known) as latency:
            wait_until(lambda: len(latency.seconds) >= SAMPLES, 60, "enough answers")
        answers = [one.result() for one in asked]
    assert set(found) == {200}
    assert latency.percentile(98) < 2 * SOON, sorted(latency.seconds)[-5:]  # of two calls
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(503, "identity_unavailable")}
    assert {int(one.headers["Retry-After"]) for one in answers} == {2}


def test_identity_that_comes_back_is_asked_again(stack: Entrances) -> None:
    url, token, unused = stack.urls[0], bearer(new_token(stack)), bearer(new_token(stack))
    assert status(url, token) == 200
    hang(stack)
    wait_until(lambda: status(url, unused) == 503, 20, "identity away")
    assert status(url, token) == 200
    stack.identity.running.send_to_group(signal.SIGCONT)
    wait_until(lambda: status(url, unused) == 200, 10, "a stranger to be let in")
    revoke(stack)
    wait_until(lambda: status(url, token) == 401, REVOKED, "the refusal")


def revoke(stack: Entrances) -> None:
    with stack.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE identity.token SET revoked_at = now() WHERE revoked_at IS NULL")


def end_sessions(stack: Entrances) -> None:
    with stack.engine.connect() as connection:
        connection.exec_driver_sql("DELETE FROM identity.session")


def disable(stack: Entrances) -> None:
    admin = stack.sign_in("admin")
    users = admin.get(f"{stack.urls[0]}/api/identity/users", timeout=20).json()["items"]
    (user,) = (one for one in users if one["name"] == "operator")
    assert admin.put(f"{stack.urls[0]}/api/identity/users/{user['id']}", json={"is_disabled": True}, timeout=20).ok


@pytest.mark.parametrize(
    ("what", "take_away", "answer"),
    [("token", revoke, 401), ("session", end_sessions, 401), ("token", disable, 401), ("session", disable, 401)],
)
def test_what_was_taken_back_is_refused_soon_on_every_gateway(
    stack: Entrances, what: str, take_away: Callable[[Entrances], None], answer: int
) -> None:
    with stack.engine.connect() as connection:
        connection.exec_driver_sql("UPDATE identity.users SET is_disabled = false")
    shown = {"Cookie": f"stackroom={stack.sign_in('operator').cookies['stackroom']}"}
    shown = bearer(new_token(stack, "operator")) if what == "token" else shown
    with ThreadPoolExecutor(2) as gateways:
        assert list(gateways.map(lambda url: status(url, shown), stack.urls)) == [200, 200]
        take_away(stack)
        taken_at = time.monotonic()
        for refused in gateways.map(lambda url: wait_until(lambda: status(url, shown) == answer, 10), stack.urls):
            assert refused
    assert time.monotonic() - taken_at < REVOKED


@pytest.mark.timeout(300)
def test_ten_thousand_requests_of_one_token_are_noted_once(stack: Entrances) -> None:
    """And each gateway asks identity once in ``EARLY_SECONDS``, or in ``PAUSE_SECONDS`` where an answer took long."""
    token = bearer(new_token(stack))
    before, scans, started = written(stack), looked_up(stack), time.monotonic()
    with ThreadPoolExecutor(8) as clients:
        found = clients.map(lambda number: repeated(stack.urls[number % 2], token, 1250), range(8))
        assert set.union(*found) == {200}
    seconds = time.monotonic() - started
    assert written(stack) - before <= 1 + seconds // 60
    assert looked_up(stack) - scans <= 2 * (seconds / min(EARLY_SECONDS, PAUSE_SECONDS) + 2) + 2


def written(stack: Entrances) -> int:
    return settled(stack, "SELECT n_tup_upd FROM pg_stat_user_tables WHERE relid = 'identity.token'::regclass")


def looked_up(stack: Entrances) -> int:
    return settled(
        stack, "SELECT idx_scan FROM pg_stat_user_indexes WHERE indexrelid = 'identity.token_key_key'::regclass"
    )


def settled(stack: Entrances, query: str) -> int:
    """A session of PostgreSQL says what it did once it is idle for a moment."""
    before, since = stack.scalar(query), time.monotonic()
    while time.monotonic() - since < 1.5:
        time.sleep(0.1)
        if (now := stack.scalar(query)) != before:
            before, since = now, time.monotonic()
    return before


def test_flood_of_made_up_tokens_reaches_no_table_and_pushes_out_nobody(stack: Entrances) -> None:
    url, token = stack.urls[0], bearer(new_token(stack))
    assert status(url, token) == 200
    before = looked_up(stack)
    made_up = bearer("sr1_0123456789ab_" + API_TOKEN.new_token()[-38:])
    with flood(lambda: status(url, made_up)) as found, latency_of(lambda: must_get_in(url, token)) as latency:
        wait_until(lambda: len(latency.seconds) >= SAMPLES, 60, "enough answers")
    assert set(found) == {401}
    assert latency.percentile(98) < SOON
    assert looked_up(stack) - before < 30  # those of the one who is known


def test_flood_of_unknown_tokens_keeps_nobody_waiting(stack: Entrances) -> None:
    """With the right checksum, which everybody can reckon."""
    url, token = stack.urls[0], bearer(new_token(stack))
    assert status(url, token) == 200
    unknown = flood(lambda: status(url, bearer(API_TOKEN.new_token())))
    with unknown as found, latency_of(lambda: must_get_in(url, token)) as latency:
        wait_until(lambda: len(latency.seconds) >= SAMPLES, 60, "enough answers")
    assert set(found) <= {401, 503}
    assert latency.percentile(98) < SOON


def must_get_in(url: str, headers: dict[str, str]) -> None:
    assert status(url, headers) == 200


@pytest.mark.long
@pytest.mark.timeout(300)
def test_thousand_guesses_a_minute_keep_nobody_out(stack: Entrances) -> None:
    """Who signs in from where he did before is hardly slowed, nor is anybody who works; what is kept is bounded.

    On two cores a password alone takes nearly ``SOON``: so a sign-in may take twice what it takes without guesses.
    """
    url, session = stack.urls[0], stack.sign_in("editor", "10.7.0.7")
    alone = statistics.median(sampled(lambda: stack.sign_in("editor", "10.7.0.7"), 10, 0.0))
    with guessing(url) as found:
        sign_ins = sampled(lambda: stack.sign_in("editor", "10.7.0.7"), 25, MINUTE / 3)
        with latency_of(lambda: session.get(url + GROUPS, timeout=20).raise_for_status()) as others:
            wait_until(lambda: len(others.seconds) >= 300, 60, "enough answers")
    print(f"guesses {dict(found)}; sign-ins {alone} alone, {sign_ins}")
    print(f"others {others.percentile(50)}, {others.percentile(99)}")
    assert set(found) <= {401, 429, 503}
    assert found[429] > found[401]
    assert statistics.median(sign_ins) < max(SOON, 2 * alone)
    assert others.percentile(99) < SOON
    rows = stack.scalar("SELECT count(*) FROM identity.sign_in_try")
    assert rows <= 3 * found[401] + 10
