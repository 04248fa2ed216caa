"""The ledger takes reports: written once, byte for byte, and only from who holds the lease."""

import json

import pytest

from importer.ledger.report import Report, report
from importer.ledger.report_lines import WrongReportError
from importer.ledger.results import results
from tests.support.importer.ledger import LEASE, Ledger


def test_report_is_accepted_again_but_written_once(ledger: Ledger) -> None:
    batch_id = ledger.accept(10)
    chunk = ledger.must_claim()
    assert ledger.report(chunk).accepted
    changed = Report(chunk.token, ledger.output(chunk).replace(b"ok", b"no"))
    assert report(ledger.engine, ledger.registry, changed, None, LEASE).accepted
    assert b"".join(results(ledger.engine, batch_id, None)) == ledger.output(chunk)


NASTY = "it's '' \\ \\' % %s %(token)s $1 :name ;-- \U0001f4da книга \x7f\u2028"


def test_report_is_kept_byte_for_byte_whatever_it_holds(ledger: Ledger) -> None:
    batch_id = ledger.accept(1)
    chunk = ledger.must_claim()
    output = ledger.output(chunk).replace(b'"p1"', json.dumps(NASTY, ensure_ascii=False).encode())
    assert report(ledger.engine, ledger.registry, Report(chunk.token, output), None, LEASE).accepted
    assert b"".join(results(ledger.engine, batch_id, None)) == output


FIRST = b'{"row":1,"outcome":"ok"'
FAILED = b'{"row":1,"outcome":"failed"'
RESULT = b'"result":{"id":"1","normalized_payload":"p1","original_length":2,"trimmed_length":2}}'
WRONG_FIRST_LINES = {
    "garbage": (b"garbage", "cannot be read"),
    "no-object": (b"[1]", "cannot be read"),
    "not-utf8": (FIRST + b',"x":"\xff",' + RESULT, "cannot be read"),
    "nul": (FIRST + b',"x":"\0",' + RESULT, "U\\+0000"),
    "another-row": (b'{"row":99,"outcome":"ok",' + RESULT, "not those of the chunk's rows"),
    "row-of-the-next-line": (b'{"row":2,"outcome":"ok",' + RESULT, "not those of the chunk's rows"),
    "another-row-said-last": (b'{"row":1,"outcome":"ok","row":2,' + RESULT, "not those of the chunk's rows"),
    "unknown-outcome": (b'{"row":1,"outcome":"maybe",' + RESULT, "cannot be read"),
    "refused-is-not-a-workers": (b'{"row":1,"outcome":"refused",' + RESULT, "cannot be read"),
    "no-result": (FIRST + b',"x":1}', "no result"),
    "result-of-another-type": (FIRST + b',"result":{"id":"1"}}', "cannot be read"),
    "result-of-a-failed-one": (FAILED + b',"code":"a","detail":"b",' + RESULT, "no result"),
    "failed-without-a-code": (FAILED + b',"detail":"b"}', "no code"),
    "failed-without-a-detail": (FAILED + b',"code":"a"}', "no code"),
    "carriage-return": (FIRST + b",\r" + RESULT, "line feed"),
    "two-lines": (FIRST + b"," + RESULT + b"\n" + FIRST + b"," + RESULT, "3 lines"),
    "blank-line": (FIRST + b"," + RESULT + b"\n", "line feed"),
    "no-line": (b"", "1 lines"),
}


@pytest.mark.parametrize(("line", "words"), WRONG_FIRST_LINES.values(), ids=WRONG_FIRST_LINES)
def test_report_with_a_wrong_line_is_a_failure_of_the_chunk(ledger: Ledger, line: bytes, words: str) -> None:
    batch_id = ledger.accept(2)
    chunk = ledger.must_claim()
    second = ledger.output(chunk).splitlines(keepends=True)[1]
    with pytest.raises(WrongReportError, match=words):
        report(ledger.engine, ledger.registry, Report(chunk.token, line + b"\n" * bool(line) + second), None, LEASE)
    assert ledger.states(batch_id) == ["ready"]
    assert ledger.column("SELECT error_code FROM importer.chunk") == ["wrong_report"]
    assert ledger.column("SELECT failures FROM importer.chunk") == [1]
    assert not ledger.report(chunk).accepted


def test_report_passes_over_the_rows_that_were_refused_at_the_door(ledger: Ledger) -> None:
    batch_id = ledger.accept(10, refused={1, 4, 5, 10})
    chunk = ledger.must_claim()
    assert ledger.column("SELECT gaps FROM importer.chunk") == ["1,4-5,10"]
    whole = ledger.output(chunk).replace(b'"row":6,', b'"row":5,', 1)
    with pytest.raises(WrongReportError, match="not those of the chunk's rows"):
        report(ledger.engine, ledger.registry, Report(chunk.token, whole), None, LEASE)
    ledger.make_due()
    assert ledger.report(ledger.must_claim()).accepted
    assert ledger.states(batch_id) == ["done"]


def test_report_of_a_chunk_from_before_gaps_were_kept_is_checked_by_its_records(ledger: Ledger) -> None:
    ledger.accept(10, refused={4, 5})
    ledger.run("UPDATE importer.chunk SET gaps = NULL")
    assert ledger.report(ledger.must_claim()).accepted


def test_wrong_reports_end_in_failed_rows_and_nothing_hangs(ledger: Ledger) -> None:
    batch_id = ledger.accept(3)
    while chunk := ledger.claim():
        with pytest.raises(WrongReportError):
            report(ledger.engine, ledger.registry, Report(chunk.token, b"garbage\n"), None, LEASE)
        ledger.make_due()
    assert set(ledger.states(batch_id)) == {"done"}
    lines = [json.loads(line) for line in b"".join(results(ledger.engine, batch_id, None)).splitlines()]
    assert [(line["row"], line["outcome"], line["code"]) for line in lines] == [
        (row, "failed", "wrong_report") for row in (1, 2, 3)
    ]


def test_report_carries_the_next_claim_and_a_repeat_the_same_one(ledger: Ledger) -> None:
    ledger.accept(30)
    chunk = ledger.must_claim()
    following = ledger.claimant("next-token")
    first = ledger.report(chunk, following)
    again = ledger.report(chunk, following)
    assert first.next_chunk is not None
    assert first.next_chunk.first_row != chunk.first_row
    assert again == first


def test_report_of_the_last_chunk_carries_no_claim(ledger: Ledger) -> None:
    ledger.accept(10)
    outcome = ledger.report(ledger.must_claim(), ledger.claimant())
    assert outcome.accepted
    assert outcome.next_chunk is None


def test_report_that_is_refused_claims_nothing(ledger: Ledger) -> None:
    ledger.accept(30)
    stale = ledger.must_claim()
    ledger.expire_leases()
    ledger.must_claim()
    assert not ledger.report(stale, ledger.claimant("greedy")).accepted
    assert ledger.column("SELECT count(*) FROM importer.chunk WHERE token = 'greedy'") == [0]


@pytest.mark.parametrize("start", [b'{"row":1,', b' {"row":1,', b'{ "row":1,', b'{"outcome":"ok","row":1,'])
def test_line_of_the_file_stands_in_a_report_however_it_is_written(ledger: Ledger, start: bytes) -> None:
    batch_id = ledger.accept(1)
    ledger.run("UPDATE importer.chunk SET lines = '1:7'")
    chunk = ledger.must_claim()
    rest = b'"outcome":"ok",' * (b"outcome" not in start) + RESULT + b"\n"
    assert report(ledger.engine, ledger.registry, Report(chunk.token, start + rest), None, LEASE).accepted
    (line,) = map(json.loads, b"".join(results(ledger.engine, batch_id, None)).splitlines())
    assert (line["row"], line["line"], line["outcome"]) == (1, 7, "ok")
