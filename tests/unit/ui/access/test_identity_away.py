"""What the gateway does while identity is away, slow or flooded: who waits, and for how long."""

import threading
from collections.abc import Callable

import pytest

from stackroom_kit.problems import Problem
from tests.support.gateway.asked_identity import (
    ANN,
    AWAY,
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
from tests.support.waiting import wait_until
from ui.access import identity_client
from ui.access.authenticator import AWAY_SECONDS, FRESH_SECONDS, Authenticator
from ui.access.identity_client import KNOWN_SECONDS, PAUSE_SECONDS
from ui.proxy.upstream import ASK_SECONDS


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
    monkeypatch.setattr(identity_client, "STRANGERS_AT_ONCE", 3)
    monkeypatch.setattr(identity_client, "STRANGER_WAIT_SECONDS", 0.01)
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
