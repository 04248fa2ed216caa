"""Cases of an operation on whole chunks, and called with a bare record."""

import json
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from stackroom_jobs.compute import compute
from stackroom_jobs.conformance.functions import fake_task, written_of
from stackroom_jobs.conformance.samples import Json, wrong_records
from stackroom_jobs.conformance.subject import Subject
from stackroom_jobs.outcomes import RecordError
from stackroom_jobs.protocol import ClaimedChunk, ClaimRequest, FailRequest
from stackroom_jobs.worker.lifecycle import Deadline, StopFlag
from stackroom_jobs.worker.registration import WorkerName
from stackroom_jobs.worker.round import Doorbell, Round
from stackroom_jobs.worker.tasks import compute_bare


def _lines(subject: Subject, records: list[Json | None], first_row: int = 1) -> list[Json]:
    output = _computed(subject, records, first_row)
    return [json.loads(line) for line in output.splitlines()]


def _computed(subject: Subject, records: list[Json | None], first_row: int = 1) -> bytes:
    function, context = subject.operation.function_here(), subject.context()
    return compute(
        subject.operation, lambda _row, record: function(record, context), first_row, msgspec.json.encode(records)
    )


def every_row_has_its_line(subject: Subject) -> None:
    records: list[Json | None] = [subject.usual[0], None, *subject.records]
    rows = [line["row"] for line in _lines(subject, records, 11)]
    subject.need(rows == [11, *range(13, 11 + len(records))], f"a chunk gives lines for the rows {rows}")


def poison_record_costs_itself_alone(subject: Subject) -> None:
    good = next((one for one in subject.usual if subject.run(one).error is None), None)
    if good is None:
        subject.fail("it refuses every record: give examples of good ones in conftest.py, `operation_examples`")
    bad = [written for written in subject.records if subject.run(written).error is not None]
    lines = _lines(subject, [good, *bad, good])
    outcomes = [line["outcome"] for line in lines]
    subject.need(outcomes == ["ok", *["failed"] * len(bad), "ok"], f"beside refused records outcomes are {outcomes}")


def record_that_is_none_costs_itself_alone(subject: Subject) -> None:
    if subject.takes_every_object:
        return
    wrong = [written for _, written in wrong_records(subject.record_schema)]
    lines = _lines(subject, [subject.usual[0], *wrong, subject.usual[0]])
    codes = [line.get("code") for line in lines[1:-1]]
    subject.need(set(codes) <= {"wrong_record"}, f"records of the wrong type end as {codes}")
    subject.need(lines[0]["outcome"] == lines[-1]["outcome"], "a wrong record changes what becomes of others")


def parts_of_a_chunk_give_what_the_whole_gives(subject: Subject) -> None:
    records: list[Json | None] = [*subject.records]
    middle = len(records) // 2
    parts = _computed(subject, records[:middle]) + _computed(subject, records[middle:], middle + 1)
    subject.need(parts == _computed(subject, records), "a chunk that is split gives other results than the whole")


def worker_gives_what_the_eager_mode_gives(subject: Subject) -> None:
    if subject.operation.reads_media:
        return  # whose files the importer has
    records: list[Json | None] = [*subject.records]
    with tempfile.TemporaryDirectory() as folder:
        api = _OneChunk(subject.operation.name, msgspec.json.encode(records))
        operations = {subject.operation.name: subject.operation}
        bell = Doorbell(subject.operation.queues[0], "d", 10.0**6)
        flag, name = StopFlag(Path(folder) / "stop"), WorkerName("w", "a1")
        Round(api, subject.given.settings, operations, name, flag, bell).run()  # type: ignore[arg-type]
        subject.need(api.reported == _computed(subject, records), f"a worker gives other results; {api.failed}")


class _OneChunk:
    """A worker API that has one chunk, and notes what becomes of it."""

    def __init__(self, operation: str, records: bytes) -> None:
        raw = msgspec.Raw
        self._chunk: ClaimedChunk | None = ClaimedChunk("t", "b", 1, operation, raw(b"{}"), "r", 1, 30, raw(records))
        self.reported = b""
        self.failed = ""

    def claim(self, _asked: ClaimRequest, _deadline: Deadline) -> ClaimedChunk | None:
        chunk, self._chunk = self._chunk, None
        return chunk

    def report(self, _token: str, output: bytes, _following: ClaimRequest | None, _deadline: Deadline) -> None:
        self.reported = output

    def fail(self, asked: FailRequest, _deadline: Deadline) -> None:
        self.failed = asked.detail


def bare_call_gives_what_a_batch_gives(subject: Subject) -> None:
    """As ``apply_async(args=[record], queue="cpu")``."""
    for written in subject.records:
        ran = subject.run(written)
        try:
            given = compute_bare(fake_task([]), subject.operation, subject.context(), (written,))
        except RecordError as error:
            subject.need(ran.error is not None, f"a bare call refuses what a batch takes: {error}")
        else:
            subject.need(given == written_of(ran), "a bare call gives another result")


def bare_call_with_a_list_counts(subject: Subject) -> None:
    told: list[Any] = []
    given = compute_bare(fake_task(told), subject.operation, subject.context(), ([*subject.records],))
    failed = sum(subject.run(written).error is not None for written in subject.records)
    rows = len(subject.records)
    subject.need(
        (given["processed"], given["failed"], len(given["results"])) == (rows, failed, rows),
        f"a bare call with a list says {given['processed']} processed and {given['failed']} failed",
    )
    subject.need(told, "a bare call with a list tells no progress")
