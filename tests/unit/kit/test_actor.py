"""The signed header that says who calls: what it holds for, and what it does not."""

import base64

import msgspec
import pytest

from stackroom_kit.actor import ANONYMOUS, LOCAL, MAX_HEADER, Actor, ActorSigner, SignedRequest
from stackroom_kit.problems import Problem
from stackroom_kit.rights import RIGHTS, ROLES, Role, missing, rights_of
from stackroom_kit.settings import Secret, SettingsError

KEY, OTHER = "k" * 32, "o" * 32
SIGNER = ActorSigner(Secret(KEY))
CALL = SignedRequest("POST", "/api/groups/?limit=3&q=%D0%B6", "id-1")
ANN = Actor("7", "ann", "user", "editor", rights_of("editor"), "s-1", "10.0.0.7")


@pytest.mark.parametrize("actor", [ANN, ANONYMOUS, LOCAL, Actor("1", "Жанна", "token", "reader", ("reader",))])
def test_actor_comes_out_as_it_went_in(actor: Actor) -> None:
    header = SIGNER.signed(actor, CALL)
    assert header.isascii()
    assert SIGNER.verified(header, CALL) == actor


@pytest.mark.parametrize(
    "other",
    [
        SignedRequest("PUT", CALL.target, CALL.request_id),
        SignedRequest(CALL.method, "/api/groups/", CALL.request_id),
        SignedRequest(CALL.method, "/api/types/?limit=3&q=%D0%B6", CALL.request_id),
        SignedRequest(CALL.method, f"{CALL.target}&q=2", CALL.request_id),
        SignedRequest(CALL.method, CALL.target, "id-2"),
        SignedRequest("", f"POST{CALL.target}", CALL.request_id),
    ],
)
def test_header_holds_for_no_other_request(other: SignedRequest) -> None:
    with pytest.raises(Problem, match="not signed for this request"):
        SIGNER.verified(SIGNER.signed(ANN, CALL), other)


def forged(**changes: object) -> str:
    """With the true signature of another actor."""
    payload = base64.urlsafe_b64encode(msgspec.json.encode({**msgspec.to_builtins(ANN), **changes})).decode()
    return f"{payload}.{SIGNER.signed(ANN, CALL).partition('.')[2]}"


@pytest.mark.parametrize(
    "header",
    [
        "", ".", "..", "x", "é", "\x00", "a" * (MAX_HEADER + 1), f"{SIGNER.signed(ANN, CALL)}x",
        SIGNER.signed(ANN, CALL)[:-1], SIGNER.signed(ANN, CALL).partition(".")[0], forged(role="admin"),
        forged(rights=RIGHTS), forged(id="8"),
        ActorSigner(Secret(OTHER)).signed(ANN, CALL),
    ],
)  # fmt: skip
def test_header_that_nobody_signed_is_refused(header: str) -> None:
    with pytest.raises(Problem) as caught:
        SIGNER.verified(header, CALL)
    assert (caught.value.status, caught.value.code) == (401, "actor_refused")
    assert "WWW-Authenticate" in caught.value.headers


def test_keys_can_be_changed_while_both_are_believed() -> None:
    changing = ActorSigner(Secret(f"{OTHER}, {KEY}"))
    assert changing.verified(SIGNER.signed(ANN, CALL), CALL) == ANN
    assert ActorSigner(Secret(OTHER)).verified(changing.signed(ANN, CALL), CALL) == ANN
    with pytest.raises(Problem):
        SIGNER.verified(changing.signed(ANN, CALL), CALL)


@pytest.mark.parametrize("keys", ["", " , ", "short", f"{KEY},short"])
def test_key_that_is_too_short_is_refused_and_not_shown(keys: str) -> None:
    with pytest.raises(SettingsError, match="at least 32") as caught:
        ActorSigner(Secret(keys))
    assert not keys.strip(" ,") or keys not in str(caught.value)


@pytest.mark.parametrize(
    ("role", "rights"),
    [
        ("reader", ("reader",)),
        ("operator", ("reader", "operator")),
        ("editor", ("reader", "operator", "editor")),
        ("admin", ROLES),
    ],
)
def test_role_has_the_rights_of_those_below(role: Role, rights: tuple[str, ...]) -> None:
    assert rights_of(role) == rights


def test_every_missing_right_is_named_in_order() -> None:
    assert missing(("admin", "operator", "reader"), rights_of("reader")) == ["operator", "admin"]
    assert missing((), ()) == []
