"""Requests that schemathesis makes from the documents, to the stack where people sign in: with a token, and without."""

import os
from typing import Any

import pytest
import schemathesis

from stackroom_kit.rights import ROLES
from tests.support.documents.fuzz import PHASES, Effort, configuration, run
from tests.support.stacks.guarded import GuardedStack

QUICK = 1
EFFORT = Effort(int(os.environ.get("FUZZ_EXAMPLES", QUICK)), int(os.environ.get("FUZZ_SEED", "1")))
# Of each kind one request; the systematic ones come with `make fuzz`, and to the apps in any case.
USED_PHASES = PHASES if EFFORT.examples > QUICK else ("fuzzing",)
# Tries of passwords and codes, which are slowed for everybody at this address; and the end of the token itself.
LEFT_OUT = r"^/api/identity/(session|password|set-up|device|oidc|tokens/this)(/|$)"
SERVICES = ("catalog", "identity", "importer")


@pytest.fixture(scope="module")
def token(stack: GuardedStack) -> str:
    return stack.token("admin", scopes=list(ROLES))


def described(stack: GuardedStack, token: str, name: str, shown: str) -> Any:
    """``shown`` is the token that the requests have."""
    config = configuration(EFFORT, {}, USED_PHASES, shown)
    address, headers = f"{stack.url}/api/docs/{name}/openapi.json", {"Authorization": f"Bearer {token}"}
    return schemathesis.openapi.from_url(address, config=config, headers=headers).exclude(path_regex=LEFT_OUT)


@pytest.mark.parametrize("is_shown", [True, False], ids=["with", "without"])
@pytest.mark.parametrize("name", SERVICES)
def test_stack_answers_as_described_with_a_token_and_without(
    stack: GuardedStack, token: str, name: str, is_shown: bool
) -> None:
    schema = described(stack, token, name, token if is_shown else "")
    outcome = run(schema)
    assert not outcome.findings, "\n\n".join(outcome.findings)
    assert set(outcome.modes) == {operation.ok().label for operation in schema.get_all_operations()}


@pytest.mark.parametrize("is_shown", [True, False], ids=["with", "without"])
def test_call_that_is_open_against_its_description_is_found(stack: GuardedStack, token: str, is_shown: bool) -> None:
    """The check itself, by a call that needs nobody."""
    schema = described(stack, token, "identity", token if is_shown else "").include(path_regex="sign-in-options")
    schema.raw_schema["paths"]["/api/identity/sign-in-options"]["get"]["security"] = [{"token": []}]
    assert any("ignored_auth" in finding for finding in run(schema).findings)
