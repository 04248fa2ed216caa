"""The pytest plugin: each case for each operation of ``--operations=my_worker.operations``.

A ``conftest.py`` in the folder of the worker may give better records than the schema does::

    @pytest.fixture
    def operation_examples():
        return {"extract_isbn": [{"id": 1, "text": "ISBN 978-3-16-148410-0"}]}
"""

from collections.abc import Mapping, Sequence

import pytest

from stackroom_jobs.conformance.cases import CASES, Case
from stackroom_jobs.conformance.samples import Json
from stackroom_jobs.conformance.subject import NotConformant, Subject
from stackroom_jobs.context import Context, context_without_worker
from stackroom_jobs.operation import Operation
from stackroom_jobs.worker.found import by_name, operations_in

OPTION = "--operations"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(OPTION, action="append", default=[], help="a package whose operations are tested")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if {"conformance_case", "conformance_operation"} <= {*metafunc.fixturenames}:
        packages = metafunc.config.getoption(OPTION, default=None) or getattr(metafunc.module, "OPERATION_PACKAGES", [])
        operations = by_name(one for package in packages for one in operations_in(package))
        pairs = [(case, one) for one in operations.values() for case in CASES.values()]
        ids = [f"{one.name}-{case.__name__}" for case, one in pairs]
        metafunc.parametrize(("conformance_case", "conformance_operation"), pairs, ids=ids)


@pytest.fixture
def operation_examples() -> Mapping[str, Sequence[Json]]:
    """Good records, by the name of their operation."""
    return {}


@pytest.fixture
def operation_context() -> Context:
    """With the settings and the media files that a function needs."""
    return context_without_worker()


def check(case: Case, subject: Subject) -> None:
    """One line where it fails."""
    try:
        case(subject)
        sentence = ""
    except NotConformant as error:
        sentence = str(error)
    if sentence:
        pytest.fail(sentence, pytrace=False)


@pytest.fixture
def conformance_subject(
    conformance_operation: Operation, operation_examples: Mapping[str, Sequence[Json]], operation_context: Context
) -> Subject:
    examples = operation_examples.get(conformance_operation.name, ())
    return Subject(conformance_operation, examples, operation_context)
