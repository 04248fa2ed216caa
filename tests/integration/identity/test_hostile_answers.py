"""Browsers that bring back what they should not: each ends at one readable page, and changes nothing."""

import time
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from identity.sign_in_limits import OF_NETWORK
from tests.support.identity.door import Door
from tests.support.identity.provider import LyingProvider, Query
from tests.support.identity.sign_on import Visitor, problem_of

FAILED, DENIED, AWAY, ELSEWHERE = "oidc_failed", "oidc_denied", "oidc_away", "oidc_started_elsewhere"
Answer = Callable[[Visitor, Query], Query | str]
UNCHANGED = pytest.mark.usefixtures("unchanged")


ANSWERS: dict[str, tuple[Answer, str]] = {
    "another state": (lambda _, answer: {**answer, "state": "other"}, ELSEWHERE),
    "no state": (lambda _, answer: {"code": answer["code"], "iss": answer["iss"]}, ELSEWHERE),
    "state that is no text of ours": (lambda _, answer: {**answer, "state": "Ж\ud7ff"}, ELSEWHERE),
    "another issuer: mix-up": (lambda _, answer: {**answer, "iss": "https://evil.example"}, FAILED),
    "no issuer": (lambda _, answer: {"code": answer["code"], "state": answer["state"]}, FAILED),
    "another code": (lambda _, answer: {**answer, "code": "made-up"}, FAILED),
    "no code": (lambda _, answer: {"state": answer["state"], "iss": answer["iss"]}, FAILED),
    "long code": (lambda _, answer: {**answer, "code": "x" * 5000}, FAILED),
    "two codes": (lambda _, answer: f"code=1&code={answer['code']}&state={answer['state']}", FAILED),
    "person says no": (lambda _, answer: {**answer, "error": "access_denied"}, DENIED),
    "provider wants to ask more": (lambda _, answer: {**answer, "error": "consent_required"}, DENIED),
    "provider is busy": (lambda _, answer: {**answer, "error": "temporarily_unavailable"}, AWAY),
    "provider does not know us": (lambda _, answer: {**answer, "error": "unauthorized_client"}, FAILED),
    "error full of odd words": (
        lambda _, answer: {**answer, "error": "<script>\r\nX: y", "error_description": "<b>call 0800</b>"}, FAILED,
    ),
    "nothing": (lambda *_: "", ELSEWHERE),
}  # fmt: skip


@UNCHANGED
@pytest.mark.parametrize(("change", "code"), ANSWERS.values(), ids=ANSWERS.keys())
def test_answers_that_the_provider_did_not_give(
    visitor: Visitor, provider: LyingProvider, change: Answer, code: str
) -> None:
    came = visitor.come_back(change(visitor, provider.authorize(visitor.start())))
    assert problem_of(came) == code


def test_code_is_brought_back_twice(visitor: Visitor, provider: LyingProvider) -> None:
    answer, kept = provider.authorize(visitor.start()), visitor.kept
    assert visitor.come_back(answer).headers["Location"] == "/imports"
    assert problem_of(visitor.come_back(answer)) == FAILED
    visitor.kept = ""
    assert problem_of(visitor.come_back(answer)) == ELSEWHERE
    visitor.kept = kept
    assert problem_of(visitor.come_back(answer)) == FAILED
    assert visitor.door.send("GET", "/api/identity/sessions", visitor.session).get_json()["total"] == 1


@UNCHANGED
def test_answer_of_another_browser(visitor: Visitor, provider: LyingProvider) -> None:
    """Somebody leads a victim's browser back with his own code, so that the victim works as him."""
    attacker = Visitor(visitor.door, provider)
    answer = provider.authorize(attacker.start())
    assert problem_of(visitor.come_back(answer)) == ELSEWHERE
    visitor.start()
    assert problem_of(visitor.come_back(answer)) == ELSEWHERE
    visitor.kept = "made-up"
    assert problem_of(visitor.come_back(answer)) == ELSEWHERE


@UNCHANGED
def test_code_of_another_sign_in_under_the_own_state(visitor: Visitor, provider: LyingProvider) -> None:
    """PKCE: a code that was stolen is of no use in another browser."""
    stolen = provider.authorize(Visitor(visitor.door, provider).start())["code"]
    answer = provider.authorize(visitor.start())
    assert problem_of(visitor.come_back({**answer, "code": stolen})) == FAILED


@UNCHANGED
def test_sign_in_that_began_long_ago(
    visitor: Visitor, provider: LyingProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, later = provider.authorize(visitor.start()), time.time() + 901
    monkeypatch.setattr("cryptography.fernet.time.time", lambda: later)
    assert problem_of(visitor.come_back(answer)) == ELSEWHERE


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "/\t/evil.example", "javascript:alert(1)",
        "imports",        "/%2F%2Fevil.example", "/@evil.example", "/imports#x", "/imports\r\nSet-Cookie: a=b",
        "/api/identity/oidc/start",        "/" + "x" * 600, "",
    ],
)  # fmt: skip
def test_nobody_is_led_elsewhere_afterwards(visitor: Visitor, back: str) -> None:
    assert visitor.sign_in(back).headers["Location"] == "/"


def test_log_says_what_was_wrong_and_no_secret(
    visitor: Visitor, provider: LyingProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    provider.lies.claims = {"aud": "other"}
    answer = provider.authorize(visitor.start())
    visitor.come_back(answer)
    provider.lies.claims = {}
    visitor.sign_in()
    said = caplog.text
    assert "oidc_failed" in said
    assert "aud" in said
    for secret in (answer["code"], answer["state"], "secret of the client", "access-", visitor.session, visitor.kept):
        assert secret not in said


def test_network_that_fails_too_often_makes_nobody_ask_the_provider(
    visitor: Visitor, provider: LyingProvider, engine: Engine
) -> None:
    """One start and made-up codes are enough to try. Other networks, and passwords, go on."""
    answer = provider.authorize(visitor.start())
    kept, made_up = visitor.kept, {**answer, "code": "made-up"}
    for _ in range(OF_NETWORK.burst):
        visitor.kept = kept
        assert problem_of(visitor.come_back(made_up)) == FAILED
    for again in (made_up, answer):  # also one that would be right
        visitor.kept = kept
        assert problem_of(visitor.come_back(again)) == "too_many_tries"
    assert provider.asked.count(("POST", "/token")) == OF_NETWORK.burst
    other = Visitor(Door(visitor.door.client, "10.0.0.2"), provider)
    assert other.sign_in().headers["Location"] == "/imports"
    assert visitor.door.sign_in("operator").status_code == 200
    with engine.connect() as connection:
        connection.execute(text("UPDATE identity.sign_in_try SET paid_until = paid_until - step"))
    visitor.kept = kept
    assert visitor.come_back(answer).headers["Location"] == "/imports"


def test_sign_ins_that_succeed_are_not_counted(visitor: Visitor) -> None:
    for _ in range(OF_NETWORK.burst + 5):
        assert visitor.sign_in().headers["Location"] == "/imports"


def test_answer_to_what_nobody_began_here_is_not_counted(visitor: Visitor, provider: LyingProvider) -> None:
    """Else a page of another site could lead browsers here until their network may not sign in."""
    answer = provider.authorize(visitor.start())
    for _ in range(OF_NETWORK.burst + 5):
        assert problem_of(visitor.come_back({**answer, "state": "made-up"})) == ELSEWHERE
    assert visitor.come_back(answer).headers["Location"] == "/imports"
