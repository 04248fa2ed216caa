"""What the gateway remembers of who somebody is, for how long, and what it does while identity is away."""

import threading
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from stackroom_kit.actor import Actor
from stackroom_kit.problems import Problem
from stackroom_kit.rights import rights_of
from ui.access import authenticator
from ui.access.authenticator import AWAY_SECONDS, FRESH_SECONDS, GATEWAY, Authenticator
from ui.access.credentials import Shown, shown_by
from ui.access.current import current_actor
from ui.problems import UPSTREAM_TIMEOUT

ANN = Actor("7", "ann", "user", "editor", rights_of("editor"), "s", "10.0.0.1")
COOKIE, TOKEN = Shown("secret", "", "10.0.0.1"), Shown("", "sr1_x", "10.0.0.1")
Said = tuple[int, dict[str, Any]]
YES: Said = (200, msgspec.to_builtins(ANN))
NO: Said = (401, {"code": "token_revoked", "detail": "It was taken back."})


class Identity:
    """Says what it is told to, and counts how often it is asked."""

    name = "identity"

    def __init__(self) -> None:
        self.said: Said | Problem | Callable[[], Said] = YES
        self.asked: list[dict[str, str]] = []

    def post_json(self, target: str, body: dict[str, str]) -> Said:
        assert (target, current_actor()) == ("/internal/authenticate", GATEWAY)
        self.asked.append(body)
        if isinstance(self.said, Problem):
            raise self.said
        return self.said() if callable(self.said) else self.said

    def unreadable(self) -> Problem:
        return Problem(502, "bad_upstream_answer", "x")


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def identity() -> Identity:
    return Identity()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def who(identity: Identity, clock: Clock) -> Authenticator:
    made: Any = identity
    return Authenticator(made, clock=clock)


AWAY = UPSTREAM_TIMEOUT("The identity did not answer in time.")


def code_of(call: Callable[[], Actor]) -> tuple[int, str]:
    with pytest.raises(Problem) as caught:
        call()
    return caught.value.status, caught.value.code


@pytest.mark.parametrize("shown", [COOKIE, TOKEN])
def test_answer_is_remembered_for_a_moment(who: Authenticator, identity: Identity, clock: Clock, shown: Shown) -> None:
    assert [who.actor_of(shown) for _ in range(50)] == [ANN] * 50
    clock.now += FRESH_SECONDS
    assert who.actor_of(shown) == ANN
    assert identity.asked == [shown._asdict()] * 2


def test_who_shows_nothing_is_nobody_and_costs_no_question(who: Authenticator, identity: Identity) -> None:
    nobody = who.actor_of(Shown("", "", "10.0.0.9"))
    assert (nobody.kind, nobody.rights, nobody.address) == ("anonymous", (), "10.0.0.9")
    assert identity.asked == []


def test_nobody_may_look_where_that_is_allowed(identity: Identity) -> None:
    made: Any = identity
    nobody = Authenticator(made, "reader").actor_of(Shown("", "", ""))
    assert (nobody.kind, nobody.rights) == ("anonymous", ("reader",))


def test_right_that_was_taken_away_is_gone_within_two_seconds(
    who: Authenticator, identity: Identity, clock: Clock
) -> None:
    who.actor_of(TOKEN)
    identity.said = NO
    clock.now += 2
    assert code_of(lambda: who.actor_of(TOKEN)) == (401, "token_revoked")


def test_refusal_is_told_as_identity_said_it_and_remembered(who: Authenticator, identity: Identity) -> None:
    identity.said = NO
    for _ in range(10):
        with pytest.raises(Problem, match="It was taken back") as caught:
            who.actor_of(TOKEN)
    assert caught.value.headers["WWW-Authenticate"] == 'Bearer realm="stackroom", error="invalid_token"'
    assert len(identity.asked) == 1


def test_session_that_is_over_is_nobody(who: Authenticator, identity: Identity) -> None:
    identity.said = (401, {"code": "session_over"})
    assert who.actor_of(COOKIE).kind == "anonymous"


@pytest.mark.parametrize(
    "away", [AWAY, (503, {"code": "database_unavailable"}), (200, {}), (500, {}), (401, {"code": "actor_refused"})]
)
def test_whoever_is_known_goes_on_while_identity_is_away(
    who: Authenticator, identity: Identity, clock: Clock, away: Said | Problem
) -> None:
    who.actor_of(TOKEN)
    identity.said = away
    clock.now += FRESH_SECONDS + AWAY_SECONDS - 0.1
    assert who.actor_of(TOKEN) == ANN
    assert code_of(lambda: who.actor_of(Shown("", "sr1_y", ""))) == (503, "identity_unavailable")
    clock.now += 0.2
    assert code_of(lambda: who.actor_of(TOKEN)) == (503, "identity_unavailable")
    identity.said = YES
    assert who.actor_of(TOKEN) == ANN


def test_refusal_is_no_knowledge_to_go_on_with(who: Authenticator, identity: Identity, clock: Clock) -> None:
    identity.said = NO
    code_of(lambda: who.actor_of(TOKEN))
    identity.said, clock.now = AWAY, clock.now + 5
    assert code_of(lambda: who.actor_of(TOKEN)) == (503, "identity_unavailable")


def test_one_of_many_asks_for_all(who: Authenticator, identity: Identity) -> None:
    may_answer = threading.Event()

    def slow() -> Said:
        may_answer.wait(10)
        return YES

    identity.said = slow
    found: list[Actor] = []
    threads = [threading.Thread(target=lambda: found.append(who.actor_of(TOKEN))) for _ in range(20)]
    for thread in threads:
        thread.start()
    may_answer.set()
    for thread in threads:
        thread.join()
    assert (found, len(identity.asked)) == ([ANN] * 20, 1)


def test_memory_is_bounded(who: Authenticator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(authenticator, "MAX_REMEMBERED", 10)
    for number in range(100):
        who.actor_of(Shown("", f"sr1_{number}", ""))
    assert len(who._remembered) == 10


def test_network_of_a_token_counts(who: Authenticator, identity: Identity) -> None:
    who.actor_of(TOKEN)
    who.actor_of(TOKEN._replace(address="10.0.0.2"))
    assert len(identity.asked) == 2


@pytest.mark.parametrize(
    ("environ", "session", "token"),
    [
        ({}, "", ""),
        ({"HTTP_COOKIE": "theme=dark; stackroom=abc"}, "abc", ""),
        ({"HTTP_COOKIE": "__Host-stackroom=abc"}, "", ""),
        ({"HTTP_COOKIE": "__Host-stackroom=abc; stackroom=old", "wsgi.url_scheme": "https"}, "abc", ""),
        ({"HTTP_COOKIE": "stackroom=abc", "wsgi.url_scheme": "https"}, "", ""),
        ({"HTTP_COOKIE": f"stackroom={'x' * 2000}"}, "", ""),
        ({"HTTP_COOKIE": "stackroom"}, "", ""),
        ({"HTTP_COOKIE": "\x00=\xff; ;;=; stackroom=\xe9"}, "\xe9", ""),
        ({"HTTP_AUTHORIZATION": "Bearer sr1_a"}, "", "sr1_a"),
        ({"HTTP_AUTHORIZATION": "bearer  sr1_a "}, "", "sr1_a"),
        ({"HTTP_AUTHORIZATION": "Bearer"}, "", "-"),
        ({"HTTP_AUTHORIZATION": "Basic YTpi"}, "", ""),
        ({"HTTP_AUTHORIZATION": "Basic YTpi", "HTTP_COOKIE": "stackroom=abc"}, "abc", ""),
        ({"HTTP_AUTHORIZATION": "Bearer sr1_a", "HTTP_COOKIE": "stackroom=abc"}, "", "sr1_a"),
        ({"HTTP_AUTHORIZATION": "Bearer " + "x" * 9000}, "", "x" * 1024),
    ],
)
def test_client_shows_a_cookie_or_a_token(environ: dict[str, str], session: str, token: str) -> None:
    assert shown_by(environ, "a") == Shown(session, token, "a")
