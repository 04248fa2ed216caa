"""Requests that schemathesis makes from the OpenAPI documents, valid and not, sent to the apps on a real PostgreSQL."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.result import Ok
from schemathesis.openapi.checks import RejectedPositiveData

from catalog.app import create_app as create_catalog
from catalog.migrate import migrate as migrate_catalog
from catalog.settings import Settings as CatalogSettings
from importer.app import create_app as create_importer
from importer.migrate import migrate as migrate_importer
from importer.settings import Settings as ImporterSettings
from stackroom_kit.openapi import PATH

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3"))
# Documents cannot say these: they depend on what is stored, on two parts of a request together, or on which
# characters are printable.
REFUSALS_OF_VALID_DATA = frozenset(
    (
        "bad_cursor", "bad_text", "empty_batch", "exists", "id_differs", "idempotency_key_reused", "no_load",
        "nothing_failed", "nul_in_text", "unknown_column", "unknown_group", "wrong_option", "wrong_queue",
    )
)  # fmt: skip


def as_lines(_context: Any, value: Any) -> Any:
    """One record as NDJSON; a CSV is text already."""
    return value if isinstance(value, (str, bytes)) else json.dumps(value).encode()


@pytest.fixture(scope="module")
def apps(make_postgres: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Flask]:
    uri = make_postgres()
    migrate_catalog(uri)
    migrate_importer(uri)
    media = str(tmp_path_factory.mktemp("media"))
    importer = ImporterSettings(sqlalchemy_database_uri=uri, celery_task_always_eager=True, media_dir=media)
    return {
        "catalog": create_catalog(CatalogSettings(sqlalchemy_database_uri=uri)),
        "importer": create_importer(importer),
    }


def codes_of(problem: dict[str, Any]) -> set[str]:
    """The codes of its places, or its own where it names none."""
    return {one["code"] for one in problem["errors"]} or {problem["code"]}


def is_allowed(failure: Failure, answer: Any) -> bool:
    """Whether a valid request was refused for what no document can say."""
    return isinstance(failure, RejectedPositiveData) and codes_of(answer.json()) <= REFUSALS_OF_VALID_DATA


def has_whole_float(value: Any) -> bool:
    """JSON Schema takes 1.0 as an integer; the apps ask for one that is written as such."""
    if isinstance(value, dict):
        return any(map(has_whole_float, value.values()))
    return isinstance(value, float) and value.is_integer()


def failures_of(case: Case[Any]) -> Iterator[str]:
    """What the answer to one request does otherwise than the document says."""
    answer = case.call()
    try:
        case.validate_response(answer)
    except FailureGroup as group:
        for failure in group.exceptions:
            if not is_allowed(failure, answer):
                yield f"{case.as_curl_command()}\n{failure}\n{answer.status_code} {answer.text[:300]}"


def send_many(operation: Any, mode: GenerationMode) -> list[str]:
    """What EXAMPLES requests of one call show; the same ones in every run."""
    found: list[str] = []
    few = settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )

    def send(case: Case[Any]) -> None:
        if not has_whole_float(case.body):
            found.extend(failures_of(case))

    try:
        few(given(case=operation.as_strategy(generation_mode=mode))(send))()
    except Unsatisfiable:
        # A call whose parameters take any text, or that has none, has no wrong request.
        assert mode is GenerationMode.NEGATIVE
    return found


@pytest.mark.parametrize("name", ["catalog", "importer"])
def test_answers_are_as_described_whatever_is_sent(apps: dict[str, Flask], name: str) -> None:
    schemathesis.serializer("application/x-ndjson", "text/csv")(as_lines)
    described = schemathesis.openapi.from_wsgi(PATH, apps[name])
    operations = [one.ok() for one in described.get_all_operations() if isinstance(one, Ok)]
    assert len(operations) == sum(map(len, described.raw_schema["paths"].values()))
    found = [failure for one in operations for mode in GenerationMode for failure in send_many(one, mode)]
    assert not found, "\n\n".join(found)
