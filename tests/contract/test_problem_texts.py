"""Every code that the stack can give to a person has its text."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.bulk.routes import ON_CONFLICT
from importer.parsing.refusal import RecordFault
from stackroom_jobs.loads import Change
from stackroom_jobs.protocol import Loss
from tests.support.documents.codes import codes_in
from tests.support.translated import page_in
from ui.pages.problem_texts import problem_texts
from ui.pages.texts import change_texts, conflict_texts

ROOT = Path(__file__).parents[2]
# An operation of a team says its own codes, and people are shown its sentences.
MEMBERS = ("libs", "services", "worker-gpu")
# What only workers, services and logs are told.
INNER = (
    "importer/worker_api/", "importer/dispatcher/", "jobs/worker/client.py", "jobs/worker/lifecycle.py",
    "bulk/caller.py", "bulk/applied_keys.py", "ui/server/refusals.py",
)  # fmt: skip
# An operation may bring codes of its own: without words here, pages show the English sentence that comes with them.
OF_OPERATIONS = re.compile(r"worker-[a-z]+/.*/operations/")
OF_THE_PAGES = {"network", "unavailable"}  # the second is of any 503 that says no more


def stack_codes() -> dict[str, str]:
    """Each code with a file that gives it."""
    found: dict[str, str] = dict.fromkeys([*map(str, Loss), *map(str, RecordFault)], "an enumeration")
    for path in (path for member in MEMBERS for path in (ROOT / member).rglob("*.py")):
        where = str(path.relative_to(ROOT))
        if any(inner in where for inner in INNER):
            continue
        found.update(dict.fromkeys(codes_in(path), where))
    return found


@pytest.fixture
def texts() -> Iterator[dict[str, str]]:
    with page_in():
        yield problem_texts()


def test_codes_are_found_where_they_are_given() -> None:
    known = {
        "wrong_cells",
        "exists",
        "too_long",
        "null",
        "two_references",
        "changed",
        "not_a_number",
        "upstream_timeout",
    }
    assert known <= set(stack_codes())


def test_every_code_has_its_text(texts: dict[str, str]) -> None:
    """A new code needs one line in `problem_texts.py`, or in its part for identity, and one in `messages.po`."""
    needed = {code: where for code, where in stack_codes().items() if not OF_OPERATIONS.match(where)}
    assert {code: where for code, where in needed.items() if code not in texts} == {}


def test_no_text_is_left_of_a_code_that_is_gone(texts: dict[str, str]) -> None:
    assert set(texts) - set(stack_codes()) - OF_THE_PAGES == set()


def test_texts_of_codes_are_russian(texts: dict[str, str]) -> None:
    assert [text for text in texts.values() if not re.search("[а-яё]", text)] == []


@pytest.mark.usefixtures("texts")
def test_every_option_and_change_has_its_words() -> None:
    assert set(conflict_texts()) == set(ON_CONFLICT)
    assert set(change_texts()) == set(Change)
