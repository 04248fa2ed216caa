"""What the gateway remembers of who somebody is, for how long, and what it does while identity is away."""

import threading
import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from stackroom_kit.actor import Actor
from stackroom_kit.problems import Problem
from stackroom_kit.rights import rights_of
from stackroom_kit.token_form import API_TOKEN
from tests.support.waiting import wait_until
from ui.access import authenticator, questions
from ui.access.authenticator import AWAY_SECONDS, FRESH_SECONDS, Authenticator
from ui.access.credentials import Shown, shown_by
from ui.access.current import current_actor
from ui.access.questions import GATEWAY, KNOWN_SECONDS, PAUSE_SECONDS, Questions
from ui.problems import UPSTREAM_TIMEOUT
from ui.proxy.upstream import ASK_SECONDS

ANN = Actor("7", "ann", "user", "editor", rights_of("editor"), "s", "10.0.0.1")
COOKIE, TOKEN = Shown("s" * 43, "", "10.0.0.1"), Shown("", API_TOKEN.new_token(), "10.0.0.1")
Said = tuple[int, dict[str, Any]]
YES: Said = (200, msgspec.to_builtins(ANN))
NO: Said = (401, {"code": "token_revoked", "detail": "It was taken back."})


class Identity:
    """Says what it is told to, and notes what it was asked, and how long the gateway would wait."""

    def __init__(self) -> None:
        self.said: Said | Problem | Callable[[], Said] = YES
        self.asked: list[dict[str, str]] = []
        self.patience: list[float] = []

    def ask_json(self, target: str, body: dict[str, str], seconds: float) -> Said:
        assert (target, current_actor()) == ("/internal/authenticate", GATEWAY)
        self.asked.append(body)
        self.patience.append(seconds)
        if isinstance(self.said, Problem):
            raise self.said
        return self.said() if callable(self.said) else self.said


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
def background() -> list[Callable[[], object]]:
    """What the gateway would do in the background; a test does it when it wants to."""
    return []


@pytest.fixture
def who(identity: Identity, clock: Clock, background: list[Callable[[], object]]) -> Authenticator:
    return authenticator_of(identity, clock=clock, start=background.append)


def authenticator_of(identity: Any, anonymous: Any = None, clock: Any = time.monotonic, **more: Any) -> Authenticator:
    return Authenticator(Questions(identity, clock, **more), anonymous, clock)


def stranger() -> Shown:
    return Shown("", API_TOKEN.new_token(), "")


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
    nobody = authenticator_of(identity, "reader").actor_of(Shown("", "", ""))
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
    assert code_of(lambda: who.actor_of(stranger())) == (503, "identity_unavailable")
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


def test_memory_is_bounded_and_strangers_push_out_nobody(
    who: Authenticator, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    who.actor_of(TOKEN)
    identity.said = NO
    for _ in range(authenticator.MAX_REFUSED + 50):
        code_of(lambda: who.actor_of(stranger()))
    assert (len(who._refused), len(who._known)) == (authenticator.MAX_REFUSED, 1)
    assert who.actor_of(TOKEN) == ANN


def test_who_is_known_is_remembered_up_to_a_number(who: Authenticator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(who._known, "_most", 10)
    for _ in range(30):
        who.actor_of(stranger())
    assert len(who._known) == 10


def test_nothing_secret_is_remembered(who: Authenticator) -> None:
    who.actor_of(TOKEN)
    who.actor_of(COOKIE)
    for shown in (TOKEN.token, COOKIE.session):
        assert shown not in repr(vars(who._known)) + repr(vars(who._refused)) + repr(vars(who))


@pytest.mark.parametrize(
    "token",
    ["sr1_x", "-", "x" * 1024, TOKEN.token[:-1] + "!", TOKEN.token[:-2] + TOKEN.token[-1] * 2 + "é"],
    ids=["half", "a hyphen", "long", "no letter", "no ASCII"],
)
def test_text_that_is_no_token_costs_no_question_and_no_memory(
    who: Authenticator, identity: Identity, token: str
) -> None:
    assert code_of(lambda: who.actor_of(Shown("", token, ""))) == (401, "malformed_token")
    assert (identity.asked, len(who._refused)) == ([], 0)


def test_who_is_known_waits_a_second_for_identity_and_a_stranger_longer(
    who: Authenticator, identity: Identity, clock: Clock
) -> None:
    who.actor_of(TOKEN)
    clock.now += FRESH_SECONDS
    who.actor_of(TOKEN)
    assert identity.patience == [ASK_SECONDS, KNOWN_SECONDS]
    assert FRESH_SECONDS + KNOWN_SECONDS <= 2


def test_while_identity_is_away_nobody_who_is_known_waits_for_it(
    who: Authenticator, identity: Identity, clock: Clock, background: list[Callable[[], object]]
) -> None:
    others = [stranger() for _ in range(5)]
    for shown in (TOKEN, *others):
        who.actor_of(shown)
    identity.said, clock.now = AWAY, clock.now + FRESH_SECONDS
    who.actor_of(TOKEN)  # who finds out
    asked = len(identity.asked)
    assert [who.actor_of(shown) for shown in others for _ in range(10)] == [ANN] * 50
    assert (len(identity.asked), background) == (asked, [])
    clock.now += PAUSE_SECONDS
    assert [who.actor_of(shown) for shown in others] == [ANN] * 5
    assert (len(identity.asked), len(background)) == (asked, 1)  # one looks, and nobody waits for it
    identity.said = NO
    background.pop()()
    assert code_of(lambda: who.actor_of(others[0])) == (401, "token_revoked")
    assert code_of(lambda: who.actor_of(TOKEN)) == (401, "token_revoked")  # asked again, now that it is back


def test_identity_that_answers_late_keeps_nobody_waiting_who_is_known(
    who: Authenticator, identity: Identity, clock: Clock, background: list[Callable[[], object]]
) -> None:
    """Else every late answer to a stranger would make who is known wait again."""

    def late() -> Said:
        clock.now += KNOWN_SECONDS + 1
        return YES

    who.actor_of(TOKEN)
    identity.said = late
    assert who.actor_of(stranger()) == ANN
    asked, clock.now = len(identity.asked), clock.now + FRESH_SECONDS + PAUSE_SECONDS
    assert who.actor_of(TOKEN) == ANN
    assert (len(identity.asked), len(background)) == (asked, 1)
    identity.said = NO
    background.pop()()
    assert code_of(lambda: who.actor_of(TOKEN)) == (401, "token_revoked")


def test_strangers_have_so_many_places_while_identity_hangs(
    identity: Identity, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them are told at once; whoever is known takes no place of theirs."""
    monkeypatch.setattr(questions, "STRANGERS_AT_ONCE", 3)
    monkeypatch.setattr(questions, "STRANGER_WAIT_SECONDS", 0.01)
    who = authenticator_of(identity, clock=clock)
    who.actor_of(TOKEN)
    may_end, are_in = threading.Event(), threading.Semaphore(0)

    def hang() -> Said:
        are_in.release()
        may_end.wait(20)
        raise AWAY

    identity.said = hang
    threads = [threading.Thread(target=lambda: code_of(lambda: who.actor_of(stranger()))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert are_in.acquire(timeout=10)
    assert code_of(lambda: who.actor_of(stranger())) == (503, "identity_unavailable")
    identity.said, clock.now = YES, clock.now + FRESH_SECONDS
    assert who.actor_of(TOKEN) == ANN
    may_end.set()
    for thread in threads:
        thread.join(10)


def test_many_who_show_the_same_wait_once_for_who_asks(who: Authenticator, identity: Identity) -> None:
    """Else each of them would wait as long again."""
    may_end = threading.Event()

    def hang() -> Said:
        may_end.wait(20)
        raise AWAY

    identity.said, found, shown = hang, [], stranger()
    threads = [threading.Thread(target=lambda: found.append(code_of(lambda: who.actor_of(shown)))) for _ in range(20)]
    for thread in threads:
        thread.start()
    wait_until(lambda: len(identity.asked) == 1)
    may_end.set()
    for thread in threads:
        thread.join(10)
    assert set(found) == {(503, "identity_unavailable")}
    assert len(found) == 20


def test_refusal_that_is_raised_again_keeps_no_frames(who: Authenticator, identity: Identity) -> None:
    identity.said = NO
    sizes = []
    for _ in range(5):
        with pytest.raises(Problem) as caught:
            who.actor_of(TOKEN)
        sizes.append(len(caught.traceback))
    assert len(set(sizes[1:])) == 1


def test_network_of_a_token_counts(who: Authenticator, identity: Identity) -> None:
    who.actor_of(TOKEN)
    who.actor_of(TOKEN._replace(address="10.0.0.2"))
    assert len(identity.asked) == 2


SESSION, OLD = "a" * 43, "o" * 43


@pytest.mark.parametrize(
    ("environ", "session", "token"),
    [
        ({}, "", ""),
        ({"HTTP_COOKIE": f"theme=dark; stackroom={SESSION}"}, SESSION, ""),
        ({"HTTP_COOKIE": f"__Host-stackroom={SESSION}"}, "", ""),
        ({"HTTP_COOKIE": f"__Host-stackroom={SESSION}; stackroom={OLD}", "wsgi.url_scheme": "https"}, SESSION, ""),
        ({"HTTP_COOKIE": f"stackroom={SESSION}", "wsgi.url_scheme": "https"}, "", ""),
        # Twice: the first is that of the longer path, as browsers send them.
        ({"HTTP_COOKIE": f"stackroom={SESSION}; stackroom={OLD}"}, SESSION, ""),
        ({"HTTP_COOKIE": f"stackroom={SESSION},stackroom={OLD}"}, "", ""),
        ({"HTTP_COOKIE": f"stackroom={'x' * 2000}"}, "", ""),
        ({"HTTP_COOKIE": "stackroom"}, "", ""),
        ({"HTTP_COOKIE": "stackroom=short"}, "", ""),
        ({"HTTP_COOKIE": f"Stackroom={SESSION}"}, "", ""),
        ({"HTTP_COOKIE": f'stackroom="\\000{SESSION}"'}, "", ""),
        ({"HTTP_COOKIE": "\x00=\xff; ;;=; stackroom=\xe9"}, "", ""),
        ({"HTTP_AUTHORIZATION": "Bearer sr1_a"}, "", "sr1_a"),
        ({"HTTP_AUTHORIZATION": "bearer  sr1_a "}, "", "sr1_a"),
        ({"HTTP_AUTHORIZATION": "Bearer"}, "", "-"),
        ({"HTTP_AUTHORIZATION": "Bearer sr1_a,Bearer sr1_b"}, "", "sr1_a,Bearer sr1_b"),
        ({"HTTP_AUTHORIZATION": "Bearer \xff\xfe"}, "", "\xff\xfe"),
        ({"HTTP_AUTHORIZATION": "Basic YTpi"}, "", ""),
        ({"HTTP_AUTHORIZATION": "Basic YTpi", "HTTP_COOKIE": f"stackroom={SESSION}"}, SESSION, ""),
        ({"HTTP_AUTHORIZATION": "Bearer sr1_a", "HTTP_COOKIE": f"stackroom={SESSION}"}, "", "sr1_a"),
        ({"HTTP_AUTHORIZATION": "Bearer " + "x" * 9000}, "", "x" * 1024),
    ],
)
def test_client_shows_a_cookie_or_a_token(environ: dict[str, str], session: str, token: str) -> None:
    assert shown_by(environ, "a") == Shown(session, token, "a")
