"""Run schemathesis against a described API, and keep of its findings those that no stored state explains."""

import dataclasses
import itertools
import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import schemathesis
from schemathesis import Case, GenerationMode
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import Status, events, from_schema
from schemathesis.openapi.checks import RejectedPositiveData

from tests.support.documents.fuzz_allowances import answers_row_by_row, is_refused_for_its_state

KEY = "Idempotency-Key"
PHASES = ("examples", "coverage", "fuzzing", "stateful")
SHARE_OF_KNOWN_IDS = 0.5
_numbers = itertools.count()


@dataclasses.dataclass(frozen=True)
class Effort:
    """``examples`` of each call and kind; another ``seed`` makes other requests."""

    examples: int
    seed: int = 1


def configuration(
    effort: Effort, known: Mapping[str, list[str]], phases: Collection[str], token: str | None = None
) -> SchemathesisConfig:
    """``known`` are values that are there, by the place of their parameter (``path.batch_id``).

    The same requests in every run. Any 4xx refuses a wrong request; a right one must succeed, or be let off by name.
    None for ``token``: nobody is asked for one. Else it goes with every request, and whatever succeeds is sent again
    without it and with another one, which must be refused; with an empty one whatever needs a right must be 401.
    """
    accepted = ["2xx", "3xx", *(["401"] if token == "" else [])]
    data = {
        "seed": effort.seed,
        "continue-on-failure": True,
        "suppress-health-check": ["all"],
        "dictionaries": {place.replace(".", "_"): {"values": values} for place, values in known.items()},
        "parameters": {
            place: {"dictionary": place.replace(".", "_"), "probability": SHARE_OF_KNOWN_IDS} for place in known
        },
        "generation": {
            "deterministic": True,
            "max-examples": effort.examples,
            "no-shrink": True,
            "database": "none",
            "with-security-parameters": False,
        },
        "phases": {name: {"enabled": name in phases} for name in PHASES},
        "checks": {
            "positive_data_acceptance": {"expected-statuses": accepted},
            "negative_data_rejection": {"expected-statuses": ["4xx"]},
            "ignored_auth": {"enabled": token is not None},
        },
        **({"headers": {"Authorization": f"Bearer {token}"}} if token else {}),
    }
    return SchemathesisConfig.from_dict(data)


@schemathesis.serializer("application/x-ndjson", "text/csv")
def as_lines(_context: Any, value: Any) -> Any:
    """One record as NDJSON; a CSV is text already."""
    return value if isinstance(value, (str, bytes)) else json.dumps(value).encode()


@schemathesis.hook
def before_call(_context: Any, case: Case[Any], _kwargs: Any) -> None:
    """Every right request has a key of its own, else most would be refused since their keys are taken; and says the
    encoding that its body has, which no document can tie to the bytes.
    """
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    if KEY in case.headers:
        case.headers[KEY] = f"{case.headers[KEY][:150]}-{next(_numbers)}"
    if "encoding" in case.query:
        case.query["encoding"] = "utf-8"


@dataclasses.dataclass
class Outcome:
    """``findings`` are to be read; ``modes`` are the kinds of requests that each call got; ``requests`` how many."""

    findings: list[str] = dataclasses.field(default_factory=list)
    modes: dict[str, set[GenerationMode]] = dataclasses.field(default_factory=lambda: defaultdict(set))
    requests: int = 0

    def take(self, event: Any) -> None:
        if isinstance(event, (events.NonFatalError, events.FatalError)):
            error = getattr(event, "value", None) or getattr(event, "exception", None)
            self.findings.append(f"{type(event).__name__} {getattr(event, 'label', '')}: {error!r}")
        if isinstance(event, events.ScenarioFinished):
            self.requests += len(event.recorder.interactions)
            for case_id, interaction in event.recorder.interactions.items():
                case = event.recorder.cases[case_id].value
                if case.meta is not None and interaction.request.method == case.operation.method.upper():
                    self.modes[case.operation.label].add(case.meta.generation.mode)
            self.findings += failures_of(event.recorder)


def failures_of(recorder: Any) -> Iterator[str]:
    for case_id, checks in recorder.checks.items():
        case, interaction = recorder.cases[case_id].value, recorder.interactions[case_id]
        for check in checks:
            if check.status is Status.FAILURE:
                failure = check.failure_info.failure
                if not is_explained(failure, case, interaction.response):
                    sent = case.as_curl_command()[:1500]
                    answer = f"{interaction.response.status_code} {interaction.response.text[:400]}"
                    yield f"{check.name} of {case.operation.label}\n{sent}\n{failure}\n{answer}"


def is_explained(failure: Any, case: Any, answer: Any) -> bool:
    """Whether a right request was refused for what no document can say, or a wrong row got its own outcome."""
    label = case.operation.label
    if isinstance(failure, RejectedPositiveData):
        return is_refused_for_its_state(label, answer.json())
    return type(failure).__name__ == "AcceptedNegativeData" and answers_row_by_row(label, answer.json())


def run(schema: Any) -> Outcome:
    outcome = Outcome()
    for event in from_schema(schema).execute():
        outcome.take(event)
    return outcome
