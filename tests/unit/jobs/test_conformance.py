"""Each case of conformance notices an operation that was broken on purpose."""

import dataclasses
import itertools
import logging
import threading
import time
from collections.abc import Callable
from typing import Annotated, Any

import msgspec
import pytest

from stackroom_jobs.conformance.__main__ import main
from stackroom_jobs.conformance.cases import CASES
from stackroom_jobs.conformance.subject import NotConformant, Subject
from stackroom_jobs.context import Context, Stopped
from stackroom_jobs.operation import Operation, describe
from stackroom_jobs.outcomes import RecordError


class Text(msgspec.Struct, frozen=True):
    id: int
    payload: Annotated[str, msgspec.Meta(max_length=500)]
    note: str | None = None


class Words(msgspec.Struct, frozen=True):
    words: int


class Loose(msgspec.Struct):
    """Its fields can be changed."""

    id: int
    payload: str


class Anything(msgspec.Struct):
    id: Any
    payload: str = ""


class Checked(msgspec.Struct):
    """It asks more than its schema says."""

    id: int
    payload: str

    def __post_init__(self) -> None:
        if not self.payload.strip():
            raise ValueError("payload is empty")


GOOD = describe("count_words", Text, Words)
EXAMPLES = ({"id": 1, "payload": "a b"}, {"id": 2, "payload": ""})


def count_words(record: Text, _context: Context) -> Words:
    words = len(record.payload.split())
    if not words:
        raise RecordError("no_words", "the payload has no words", "payload")
    return Words(words)


def subject_of(function: Callable[..., Any], operation: Operation = GOOD, examples: Any = EXAMPLES) -> Subject:
    return Subject(operation.with_function(function), examples)


def changed(**fields: Any) -> Operation:
    """Past the checks that a description makes of itself."""
    description = msgspec.structs.replace(GOOD.description)
    for name, value in fields.items():
        msgspec.structs.force_setattr(description, name, value)
    return dataclasses.replace(GOOD, description=description)


@pytest.mark.parametrize("case", CASES)
def test_good_operation_passes(case: str) -> None:
    CASES[case](subject_of(count_words))


_seen: list[Any] = []
_numbers = itertools.count()


def raises(_record: Text, _context: Context) -> Words:
    raise KeyError("x")


def refuses_all(_record: Text, _context: Context) -> Words:
    raise RecordError("no", "never")


def refuses_in_capitals(record: Text, context: Context) -> Words:
    if not record.payload:
        raise RecordError("No Words", "the payload has no words")
    return count_words(record, context)


def refuses_without_a_sentence(record: Text, _context: Context) -> Words:
    raise RecordError("no_words", " ")


def refuses_another_field(record: Text, _context: Context) -> Words:
    raise RecordError("no_words", "the payload has no words", "payloads")


def gives_a_dict(record: Text, context: Context) -> Any:
    return {"words": 1}


def gives_a_text(record: Text, context: Context) -> Any:
    return Words("many")  # type: ignore[arg-type]


def gives_much(record: Text, context: Context) -> Any:
    return {"words": "x" * 2**21}


def counts_its_calls(record: Text, context: Context) -> Words:
    return Words(next(_numbers))


def remembers_the_last(record: Text, context: Context) -> Words:
    _seen[:-1] = []
    _seen.append(record.id)
    return Words(_seen[0])


def changes_its_record(record: Loose, context: Context) -> Words:
    record.payload = record.payload.strip() + "!"
    return Words(1)


def tells_more_than_all(record: Text, context: Context) -> Words:
    context.progress(2, 1)
    return Words(1)


def goes_on(record: Text, context: Context) -> Words:
    time.sleep(1.1)
    return Words(1)


def is_slow(record: Text, context: Context) -> Words:
    time.sleep(0.12)
    return Words(1)


def leaves_a_thread(record: Text, context: Context) -> Words:
    threading.Thread(target=time.sleep, args=(0.5,), daemon=True).start()
    return Words(1)


def keeps_all(record: Text, context: Context) -> Words:
    _seen.append((record, "x" * 1000 + str(record.id)))
    return Words(1)


def depends_on_who_asks(record: Text, context: Context) -> Words:
    """On how many calls this context has seen, so a split chunk gives other results."""
    context.current += 1
    return Words(context.current)


def depends_on_the_stop_flag(record: Text, context: Context) -> Words:
    return Words(len(type(context.stop_flag).__name__))


def asks_in_a_bare_call(record: Text, context: Context) -> Words:
    return Words(int(context.tell.__name__ == "report"))


def stops_at_once(record: Text, context: Context) -> Words:
    raise Stopped


MUTANTS: dict[str, tuple[str, Subject]] = {
    "wrong-version": ("description_comes_through", subject_of(count_words, changed(version=0))),
    "another-task": ("task_has_its_name", subject_of(count_words, changed(task_name="count_words"))),
    "title-of-two-lines": ("texts_for_people_are_one_line", subject_of(count_words, changed(title="Count\nwords"))),
    "unit-that-is-hidden": ("texts_for_people_are_one_line", subject_of(count_words, changed(unit="\u200bpages"))),
    "another-schema": ("schemas_are_the_structs", subject_of(count_words, changed(record=GOOD.description.result))),
    "post-init": ("worker_takes_what_the_importer_takes", subject_of(count_words, describe("x", Checked, Words))),
    "bad-example": ("importer_takes_the_examples", subject_of(count_words, examples=[{"id": "x", "payload": ""}])),
    "any-type": ("wrong_types_are_refused_on_both_sides", subject_of(
        count_words, dataclasses.replace(GOOD, record=Anything))),
    "not-required": ("missing_fields_are_refused_on_both_sides", subject_of(
        count_words, dataclasses.replace(GOOD, record=Anything))),
    "refuses-all": ("some_record_is_computed", subject_of(refuses_all)),
    "key-error": ("nothing_but_record_errors_is_raised", subject_of(raises)),
    "stopped-unasked": ("nothing_but_record_errors_is_raised", subject_of(stops_at_once)),
    "code": ("refusals_have_a_code_a_sentence_and_a_field", subject_of(refuses_in_capitals)),
    "sentence": ("refusals_have_a_code_a_sentence_and_a_field", subject_of(refuses_without_a_sentence)),
    "field": ("refusals_have_a_code_a_sentence_and_a_field", subject_of(refuses_another_field)),
    "dict": ("result_is_its_struct", subject_of(gives_a_dict)),
    "wrong-result": ("result_is_json_that_its_schema_takes", subject_of(gives_a_text)),
    "large-result": ("result_is_not_too_large", subject_of(gives_much)),
    "impure": ("same_record_gives_the_same", subject_of(counts_its_calls)),
    "memory-of-records": ("earlier_records_change_nothing", subject_of(remembers_the_last)),
    "record-changed": ("record_stays_as_it_was", subject_of(changes_its_record, describe("x", Loose, Words))),
    "progress": ("progress_is_between_nothing_and_all", subject_of(tells_more_than_all)),
    "never-looks": ("it_stops_when_told", subject_of(goes_on)),
    "too-slow": ("largest_chunk_is_done_in_its_time", subject_of(is_slow)),
    "thread": ("no_thread_is_left", subject_of(leaves_a_thread)),
    "leak": ("memory_does_not_grow", subject_of(keeps_all)),
    "poison": ("poison_record_costs_itself_alone", subject_of(refuses_all)),
    "split": ("parts_of_a_chunk_give_what_the_whole_gives", subject_of(depends_on_who_asks)),
    "worker": ("worker_gives_what_the_eager_mode_gives", subject_of(depends_on_the_stop_flag)),
    "bare": ("bare_call_gives_what_a_batch_gives", subject_of(asks_in_a_bare_call)),
    "no-word": ("queue_is_a_word", subject_of(count_words, changed(queues=("IO!",)))),
    "default-queue": ("queue_is_not_the_default_queues_name", subject_of(count_words, changed(queues=("importer",)))),
    "bell-as-queue": ("doorbell_lies_on_a_list_of_its_own", subject_of(count_words, changed(queues=("io", "io.bell")))),
    "renamed": ("queue_comes_back_from_its_messages", subject_of(count_words, changed(queues=("importer",)))),
}  # fmt: skip


@pytest.mark.parametrize("name", MUTANTS)
def test_broken_operation_is_noticed_in_one_line_with_its_file(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CELERY_DEFAULT_QUEUE", "importer" if name == "default-queue" else "default")
    case, subject = MUTANTS[name]
    with pytest.raises(NotConformant) as caught:
        CASES[case](subject)
    assert __file__ in str(caught.value)
    assert f": {subject.operation.name}: " in str(caught.value)
    assert "\n" not in str(caught.value)


def test_command_says_where_there_is_no_pytest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A worker of another repository needs none to run."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert main(["my-worker"]) == 2
    assert capsys.readouterr().err.endswith("not installed here: pip install pytest\n")


def test_there_are_cases_enough() -> None:
    queues = [case for case in CASES.values() if case.__module__.endswith(".queues")]
    assert (len(CASES) - len(queues), len(queues)) >= (25, 6)


def test_what_a_run_of_tests_keeps_of_the_log_is_not_the_operations(caplog: pytest.LogCaptureFixture) -> None:
    def tells(record: Text, _context: Context) -> Words:
        logging.getLogger("tells").warning("a record of %d letters", len(record.payload))
        return Words(1)

    CASES["memory_does_not_grow"](subject_of(tells))
    assert "a record of" in caplog.text
