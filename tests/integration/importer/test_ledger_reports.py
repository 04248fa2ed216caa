"""The ledger takes reports: written once, byte for byte, and only from who holds the lease."""

import pytest

from importer.ledger.raw_text import NulInTextError
from importer.ledger.report import Report, WrongLineCountError, report
from importer.ledger.results import results
from tests.support.ledger import LEASE, Ledger


def test_report_is_accepted_again_but_written_once(ledger: Ledger) -> None:
    batch_id = ledger.accept(10)
    chunk = ledger.must_claim()
    assert ledger.report(chunk).accepted
    changed = Report(chunk.token, ledger.output(chunk).replace(b"ok", b"no"))
    assert report(ledger.engine, changed, None, LEASE).accepted
    assert b"".join(results(ledger.engine, batch_id, None)) == ledger.output(chunk)


NASTY = "it's '' \\ \\' % %s %(token)s $1 :name ;-- \U0001f4da книга \x7f\u2028"


def test_report_is_kept_byte_for_byte_whatever_it_holds(ledger: Ledger) -> None:
    batch_id = ledger.accept(1)
    output = f'{{"row":1,"outcome":"ok","result":"{NASTY}"}}\n'.encode()
    assert report(ledger.engine, Report(ledger.must_claim().token, output), None, LEASE).accepted
    assert b"".join(results(ledger.engine, batch_id, None)) == output


@pytest.mark.parametrize(("text", "error"), [(b"\xff", UnicodeDecodeError), (b"\0", NulInTextError)])
def test_report_of_what_is_no_text_is_refused_and_writes_nothing(
    ledger: Ledger, text: bytes, error: type[Exception]
) -> None:
    ledger.accept(1)
    chunk = ledger.must_claim()
    with pytest.raises(error):
        report(ledger.engine, Report(chunk.token, b'{"row":1,"outcome":"ok","result":"%b"}\n' % text), None, LEASE)
    assert ledger.column("SELECT state FROM importer.chunk") == ["leased"]


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


def test_report_with_a_missing_line_is_refused(ledger: Ledger) -> None:
    ledger.accept(10)
    chunk = ledger.must_claim()
    cut = b"".join(ledger.output(chunk).splitlines(keepends=True)[:-1])
    with pytest.raises(WrongLineCountError):
        report(ledger.engine, Report(chunk.token, cut), None, LEASE)
    assert ledger.report(chunk).accepted
