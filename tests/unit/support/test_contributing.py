"""The operation that CONTRIBUTING.md adds is one: its code runs as it stands."""

import re
import textwrap
from typing import Any
from unittest import mock

import pytest

from stackroom_jobs import operations, outcomes
from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.records import Record
from tests.support.servers.processes import ROOT


@pytest.fixture(scope="module")
def code() -> list[str]:
    """Of the section "A new task": the struct of the result, the entry of the operation, the function."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text[text.index("## A new task") : text.index("## A plain Celery task")]
    return [textwrap.dedent(block) for block in re.findall(r"```python\n(.*?)```", section, re.DOTALL)]


def test_the_operation_of_the_guide_runs(code: list[str]) -> None:
    struct, entry, function = code
    names: dict[str, Any] = dict(vars(outcomes))
    exec(struct, names)  # noqa: S102 - our own page
    words = names["Words"]
    operation = eval(entry, {**vars(operations), "Words": words})  # noqa: S307
    assert (operation.required, operation.result) == (("id", "payload"), words)
    with mock.patch.object(outcomes, "Words", words, create=True):
        exec(function, names)  # noqa: S102
    assert names["count_words"](Record(1, " One  two "), None) == words("1", 2)
    with pytest.raises(RecordError, match="no words"):
        names["count_words"](Record(1, " "), None)
