"""``docs/security.md`` says what the code does: each call with its right, each secret, and how a token looks."""

import re

import pytest

from deploy.compose_secrets import DATABASE_PASSWORDS, IDENTITY_SECRETS, REDIS_USERS
from stackroom_kit.token_form import API_TOKEN, WORKER_TOKEN, TokenForm
from tests.support.documents.rights_table import DOCUMENT, PLACE, table
from tests.support.servers.processes import ROOT

TEXT = DOCUMENT.read_text(encoding="utf-8")


def test_document_lists_every_call_under_its_right() -> None:
    found = PLACE.search(TEXT)
    assert found
    assert found[0] == table(), "run `python -m tests.support.documents.rights_table`"


def secrets_told() -> set[str]:
    """What stands in the first column of the table of secrets."""
    rows = re.findall(r"^\| (`[^|]*`) \| [^|]* \| [^|]* \|$", TEXT, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_document_tells_how_to_change_every_secret() -> None:
    """Those of the compose files, and those that others are made from."""
    mounted: set[str] = set()
    for path in (ROOT / "compose.yaml", *ROOT.glob("deploy/compose.*.yaml")):
        block = re.search(r"^secrets:\n((?:  .*\n)+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        mounted |= set(re.findall(r"^  ([\w.]+):", block[1], re.MULTILINE)) if block else set()
    assert "actor_key" in mounted
    made = {*DATABASE_PASSWORDS, *IDENTITY_SECRETS, *(f"redis_password_{user}" for user in REDIS_USERS), "tls_ca_key"}
    # Of a host: its folder has it.
    assert (mounted | made) - {"broker_url_remote"} <= secrets_told()


@pytest.mark.parametrize("kind", [API_TOKEN, WORKER_TOKEN], ids=lambda kind: kind.prefix)
def test_document_has_the_form_of_a_token(kind: TokenForm) -> None:
    (form,) = re.findall(r"```regex\n(.*)\n```", TEXT)
    assert re.fullmatch(form, kind.new_token())
    assert kind.pattern.removeprefix(kind.prefix) == form.removeprefix("srw?1")


def test_document_tells_what_each_table_of_identity_keeps() -> None:
    revisions = (ROOT / "services/identity/identity/migrations/versions").glob("*.py")
    made = {name for one in revisions for name in re.findall(r"CREATE TABLE (identity\.\w+)", one.read_text("utf-8"))}
    assert "identity.users" in made
    assert made <= set(re.findall(r"^\| `(identity\.\w+)` \|", TEXT, re.MULTILINE))
