"""Every code that the stack can give to a person has its text, and every operation its name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from flask import Flask

from catalog.bulk.routes import ON_CONFLICT
from importer.applying.lines import COUNTED
from stackroom_jobs.operations import OPERATIONS
from stackroom_jobs.protocol import LostRequest
from ui.pages.problem_texts import problem_texts
from ui.pages.texts import change_texts, conflict_texts, operation_texts
from ui.translations import install_translations

ROOT = Path(__file__).parents[2]
MEMBERS = ("libs", "services", "worker-cpu", "worker-gpu")
# What only workers, services and logs are told.
INNER = (
    "importer/worker_api/", "importer/dispatcher/", "jobs/worker/client.py", "jobs/worker/ending.py", "bulk/caller.py",
    "bulk/ledger.py",
)  # fmt: skip
# Where the code stands in a call; in every other call it is the keyword `code`.
CODE_AT = {
    "Problem": 1, "FieldError": 1, "Refusal": 0, "RecordError": 0, "StrictJSONError": 0, "Trouble": 0, "_wrong": 0,
    "failed": 2, "refuse": 1, "refused": 0, "wrong_argument": 1, "failed_line": 1, "refused_line": 1,
}  # fmt: skip
WORD = re.compile(r"[a-z]+[a-z0-9_]*")
CODES = {"code", "shots_code"}
OF_THE_PAGES = {"network"}


def constants(node: ast.AST | None) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from constants(node.body)
        yield from constants(node.orelse)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and WORD.fullmatch(node.value):
        yield node.value


def codes_of_call(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    place = CODE_AT.get(name)
    if place is not None and place < len(call.args):
        yield from constants(call.args[place])
    for keyword in call.keywords:
        if keyword.arg in CODES:
            yield from constants(keyword.value)


def is_sentence(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and " " in str(node.value))


def codes_of(node: ast.AST) -> Iterator[str]:
    """Of a call, a dictionary with a `code`, a returned pair, a parameter's default, a variable `code`."""
    if isinstance(node, ast.Call):
        yield from codes_of_call(node)
    elif isinstance(node, ast.Assign) and [getattr(target, "id", "") for target in node.targets] == ["code"]:
        yield from constants(node.value)
    elif isinstance(node, ast.Dict):
        pairs = zip(node.keys, node.values, strict=True)
        yield from (code for key, value in pairs if CODES & set(constants(key)) for code in constants(value))
    elif isinstance(node, ast.Return):
        tuples = (inner for inner in ast.walk(node) if isinstance(inner, ast.Tuple) and len(inner.elts) == 2)
        yield from (code for pair in tuples if is_sentence(pair.elts[1]) for code in constants(pair.elts[0]))
    elif isinstance(node, ast.arguments):
        given = zip(reversed(node.args), reversed(node.defaults), strict=False)
        yield from (code for argument, value in given if argument.arg == "code" for code in constants(value))


def stack_codes() -> dict[str, str]:
    """Each code with a file that gives it."""
    found: dict[str, str] = dict.fromkeys(get_args(LostRequest.__annotations__["reason"]), "protocol.py")
    for path in (path for member in MEMBERS for path in (ROOT / member).rglob("*.py")):
        where = str(path.relative_to(ROOT))
        if any(inner in where for inner in INNER):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            found.update(dict.fromkeys(codes_of(node), where))
    return found


@pytest.fixture
def texts() -> Iterator[dict[str, str]]:
    app = Flask("texts")
    install_translations(app)
    with app.test_request_context("/"):
        app.preprocess_request()
        yield problem_texts()


def test_codes_are_found_where_they_are_given() -> None:
    known = {"wrong_cells", "exists", "too_long", "null", "two_groups", "changed", "not_a_number", "upstream_timeout"}
    assert known <= set(stack_codes())


def test_every_code_has_its_text(texts: dict[str, str]) -> None:
    """A new code needs one line in `ui/pages/problem_texts.py` and one in `translations/ru.po`."""
    assert {code: where for code, where in stack_codes().items() if code not in texts} == {}


def test_no_text_is_left_of_a_code_that_is_gone(texts: dict[str, str]) -> None:
    assert set(texts) - set(stack_codes()) - OF_THE_PAGES == set()


def test_texts_of_codes_are_russian(texts: dict[str, str]) -> None:
    assert [text for text in texts.values() if not re.search("[а-яё]", text)] == []


@pytest.mark.usefixtures("texts")
def test_every_operation_option_and_change_has_its_words() -> None:
    assert set(operation_texts()) == set(OPERATIONS)
    assert set(conflict_texts()) == set(ON_CONFLICT)
    assert set(change_texts()) == set(COUNTED)
