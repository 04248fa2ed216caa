"""Cases of an operation's function, called for one record at a time."""

import logging
import re
import threading
import time
import tracemalloc
from types import SimpleNamespace
from typing import Any

import msgspec

from stackroom_jobs.conformance.samples import Json
from stackroom_jobs.conformance.subject import Ran, Subject
from stackroom_jobs.context import Stopped
from stackroom_jobs.settings import BrokerSettings
from stackroom_jobs.worker.lifecycle import STOP_SECONDS
from stackroom_jobs.worker.round import SAFETY_PART, time_limit_of
from stackroom_jobs.worker.tasks import MAX_RESULT_BYTES

CODE = re.compile(r"[a-z][a-z0-9_]{0,62}")
LONG_SECONDS = 1.0  # what takes longer has to look whether to stop
RUNS = 300
MAX_GROWTH = 100_000  # bytes in so many runs


def some_record_is_computed(subject: Subject) -> None:
    ran = [subject.run(written) for written in subject.usual]
    refused = next((one.error for one in ran if one.error is not None), None)
    subject.need(
        any(one.error is None for one in ran),
        f"it refuses every record ({refused}): give examples of good ones in conftest.py, `operation_examples`",
    )


def nothing_but_record_errors_is_raised(subject: Subject) -> None:
    """Any other exception fails the whole chunk, again and again."""
    for written in subject.records:
        try:
            subject.run(written)
        except Exception as error:
            shown = msgspec.json.encode(written).decode()[:200]
            sentence = f"{type(error).__name__} ({error}) for {shown}: what is wrong with a record is a RecordError"
            raise subject.failure(sentence) from error


def refusals_have_a_code_a_sentence_and_a_field(subject: Subject) -> None:
    names = {"", *subject.record_schema.by_name}
    for error in (ran.error for ran in map(subject.run, subject.records) if ran.error is not None):
        subject.need(CODE.fullmatch(error.code), f"{error.code!r} is no code: small letters, digits and _")
        subject.need(error.detail.strip(), f"the error {error.code} needs a sentence")
        subject.need(error.field in names, f"the error {error.code} names {error.field!r}, which is no field")


def result_is_its_struct(subject: Subject) -> None:
    kind = dict if subject.takes_every_object else subject.operation.result
    for ran in map(subject.run, subject.records):
        if ran.error is None:
            subject.need(isinstance(ran.result, kind), f"it gives {type(ran.result).__name__}, not {kind.__name__}")


def result_is_json_that_its_schema_takes(subject: Subject) -> None:
    """The importer decodes each line of a report before it believes it."""
    schema = subject.result_schema
    for ran in map(subject.run, subject.records):
        if ran.error is None:
            try:
                msgspec.json.decode(msgspec.json.encode(ran.result), type=schema.struct)
            except (TypeError, ValueError) as error:
                subject.fail(f"its result is not what its schema says: {error}")


def result_is_not_too_large(subject: Subject) -> None:
    for ran in map(subject.run, subject.records):
        size = len(ran.written())
        subject.need(size <= MAX_RESULT_BYTES, f"a result of {size} bytes is too large: deliver files by context.media")


def same_record_gives_the_same(subject: Subject) -> None:
    """A chunk may be computed twice, by two workers."""
    for written in subject.records:
        first, again = subject.run(written), subject.run(written)
        subject.need(first.written() == again.written(), "it gives two results for one record: ask no clock, no dice")


def earlier_records_change_nothing(subject: Subject) -> None:
    forward = [subject.run(written).written() for written in subject.records]
    backward = [subject.run(written).written() for written in reversed(subject.records)]
    subject.need(forward == backward[::-1], "its result depends on the records before: keep nothing between two")


def record_stays_as_it_was(subject: Subject) -> None:
    for written in subject.records:
        record = subject.record(written)
        before = msgspec.json.encode(record)
        subject.run_record(record)
        subject.need(msgspec.json.encode(record) == before, "it changes its record, which a failed line would show")


def progress_is_between_nothing_and_all(subject: Subject) -> None:
    told: list[tuple[int, int]] = []
    for written in subject.usual:
        context = subject.context()
        context.tell = lambda current, total: told.append((current, total))
        subject.run(written, context)
    wrong = next((one for one in told if not 0 <= one[0] <= one[1] and one[1]), None)
    subject.need(wrong is None, f"it tells the progress {wrong}: the first must be at most the second")


def it_stops_when_told(subject: Subject) -> None:
    """A worker that is to end has seconds for what is at hand."""
    for written in subject.usual:
        started = time.monotonic()
        subject.run(written)
        needed = time.monotonic() - started
        context = subject.context()
        context.is_lease_over = True
        started = time.monotonic()
        try:
            subject.run(written, context)
            stopped = False
        except Stopped:
            stopped = True
        taken = time.monotonic() - started
        subject.need(taken <= STOP_SECONDS, f"it goes on for {taken:.1f} s when it is told to stop")
        subject.need(
            stopped or needed <= LONG_SECONDS,
            f"a record takes {needed:.1f} s: look at context.should_stop() meanwhile, and raise Stopped",
        )


def largest_chunk_is_done_in_its_time(subject: Subject) -> None:
    limit = time_limit_of(subject.operation, BrokerSettings().celery_task_time_limit)
    for written in subject.usual:
        seconds = min(_seconds(subject, written) for _ in range(3))
        most = subject.operation.max_rows
        subject.need(
            seconds * most <= limit * SAFETY_PART,
            f"{most} rows of {seconds * 1000:.0f} ms do not fit into {limit} s: lower `rows`, or raise `time_limit`",
        )


def _seconds(subject: Subject, written: dict[str, Any]) -> float:
    started = time.perf_counter()
    subject.run(written)
    return time.perf_counter() - started


def no_thread_is_left(subject: Subject) -> None:
    subject.run(subject.usual[0])
    before = threading.active_count()
    for written in subject.usual:
        subject.run(written)
    left = threading.active_count() - before
    subject.need(left <= 0, f"it leaves {left} threads behind: end them before it returns")


def memory_does_not_grow(subject: Subject) -> None:
    """A child computes a thousand chunks before it is replaced."""
    usual = subject.usual[0]
    if _seconds(subject, usual) * RUNS > LONG_SECONDS:
        return  # a child is replaced when it has grown, and what is slow grows slowly
    for _ in range(RUNS):
        subject.run(usual)
    grown = _memory_after_runs(subject, usual)
    subject.need(grown <= MAX_GROWTH, f"{RUNS} runs leave {grown} bytes behind: it keeps what it has seen")


def _memory_after_runs(subject: Subject, record: Json) -> int:
    """Bytes that stay behind. Nothing is logged meanwhile: a run of tests keeps every line."""
    logging.disable()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(RUNS):
            subject.run(record)
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
        logging.disable(logging.NOTSET)


def fake_task(told: list[Any]) -> Any:
    """What a bare call needs of a Celery task."""
    conf = SimpleNamespace(result_backend="redis://")
    return SimpleNamespace(app=SimpleNamespace(conf=conf), update_state=lambda **said: told.append(said))


def written_of(ran: Ran) -> Any:
    return msgspec.to_builtins(ran.result)
