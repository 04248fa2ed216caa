"""The words of states stand in one Enum; statements, pages and the client know these and no others."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import TextClause

import importer.ledger
from importer.ledger.states import FINAL_STATES, BatchState, ChunkState, WorkerState
from stackroom_client import batch as client_batch
from tests.support.translated import page_in
from ui.events import stream
from ui.pages.texts import state_texts, worker_texts

# `state = 'x'`, `state <> 'x'`, `state IN ('x', 'y')`, `SET state = 'x'`.
COMPARED = re.compile(r"\bstate(?: IN \(([^)]*)\)| ?(?:=|<>) ?('\w+'))")
WORD = re.compile(r"'(\w+)'")


def statements() -> Iterator[tuple[str, str]]:
    for found in pkgutil.iter_modules(importer.ledger.__path__, "importer.ledger."):
        for name, value in vars(importlib.import_module(found.name)).items():
            if isinstance(value, TextClause):
                yield f"{found.name}.{name}", value.text


STATEMENTS = dict(statements())
WITH_STATES = {name: COMPARED.findall(text) for name, text in STATEMENTS.items() if COMPARED.search(text)}


@pytest.mark.parametrize("name", WITH_STATES)
def test_states_in_a_statement_are_members(name: str) -> None:
    words = {word for found in WITH_STATES[name] for word in WORD.findall("".join(found))}
    assert words
    assert words <= set(ChunkState) | set(BatchState) | set(WorkerState)


def test_statements_use_every_state_of_a_chunk() -> None:
    used = {word for found in WITH_STATES.values() for pair in found for word in WORD.findall("".join(pair))}
    assert set(ChunkState) <= used


def test_state_of_a_batch_is_made_of_all_members() -> None:
    made = re.findall(r"(?:THEN|ELSE) '(\w+)'", STATEMENTS["importer.ledger.batch.BATCH"])
    assert sorted(made) == sorted(BatchState)


@pytest.fixture
def _texts() -> Iterator[None]:
    with page_in():
        yield


@pytest.mark.usefixtures("_texts")
def test_pages_have_a_text_for_every_state_and_no_other() -> None:
    assert set(state_texts()) == set(BatchState)
    assert set(worker_texts()) == set(WorkerState)


def test_client_knows_every_state_and_which_are_final() -> None:
    assert sorted(client_batch.STATES) == sorted(BatchState)
    assert client_batch.FINAL == FINAL_STATES


def test_gateway_and_pages_know_which_states_are_final() -> None:
    script = Path(stream.__file__).parents[1] / "static/js/live.js"
    found = re.search(r"const FINAL = \[(.*?)\]", script.read_text())
    assert found is not None
    assert set(re.findall(r'"(\w+)"', found[1])) == FINAL_STATES == stream.FINAL_STATES
