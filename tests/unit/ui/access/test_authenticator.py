"""What the gateway remembers of who somebody is, and for how long."""

import threading
from collections.abc import Callable

import pytest

from stackroom_kit.actor import Actor
from stackroom_kit.problems import Problem
from tests.support.gateway.asked_identity import (
    ANN,
    COOKIE,
    NO,
    TOKEN,
    YES,
    Clock,
    Identity,
    Said,
    authenticator_of,
    code_of,
    stranger,
)
from ui.access import authenticator
from ui.access.authenticator import FRESH_SECONDS, Authenticator
from ui.access.credentials import Credential


@pytest.mark.parametrize("shown", [COOKIE, TOKEN])
def test_answer_is_remembered_for_a_moment(
    who: Authenticator, identity: Identity, clock: Clock, shown: Credential
) -> None:
    assert [who.actor_of(shown) for _ in range(50)] == [ANN] * 50
    clock.now += FRESH_SECONDS
    assert who.actor_of(shown) == ANN
    assert identity.asked == [shown._asdict()] * 2


def test_who_calls_all_the_time_never_waits_for_identity(
    who: Authenticator, identity: Identity, clock: Clock, background: list[Callable[[], object]]
) -> None:
    """What identity says in the background counts from when it was asked."""
    who.actor_of(TOKEN)
    for _ in range(5):
        clock.now += 0.8
        asked = len(identity.asked)
        assert who.actor_of(TOKEN) == ANN
        assert len(identity.asked) == asked
        background.pop()()
        assert (len(identity.asked), background) == (asked + 1, [])
    clock.now += 0.8
    identity.said = NO
    assert who.actor_of(TOKEN) == ANN
    background.pop()()
    assert code_of(lambda: who.actor_of(TOKEN)) == (401, "token_revoked")


def test_who_shows_nothing_is_nobody_and_costs_no_question(who: Authenticator, identity: Identity) -> None:
    nobody = who.actor_of(Credential("", "", "10.0.0.9"))
    assert (nobody.kind, nobody.rights, nobody.address) == ("anonymous", (), "10.0.0.9")
    assert identity.asked == []


def test_nobody_may_look_where_that_is_allowed(identity: Identity) -> None:
    nobody = authenticator_of(identity, "reader").actor_of(Credential("", "", ""))
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
    assert code_of(lambda: who.actor_of(Credential("", token, ""))) == (401, "malformed_token")
    assert (identity.asked, len(who._refused)) == ([], 0)


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
