"""What becomes of a chunk whose device failed, on a real PostgreSQL."""

import json

from importer.ledger.lease import release_lost_device
from importer.ledger.split import MAX_DEVICE_LOSSES
from tests.support.importer.ledger import Ledger


def test_chunk_of_a_lost_device_waits_longer_each_time_and_no_attempt_is_counted(ledger: Ledger) -> None:
    """The only worker of its queue: there is nobody else to take it at once."""
    ledger.accept(1)
    pauses = []
    for number in range(3):
        chunk = ledger.must_claim(delivery=f"d{number}")
        assert release_lost_device(ledger.engine, chunk.token, "CUDA error")
        (pause,) = ledger.column("SELECT round(extract(epoch FROM due_at - now())) FROM importer.chunk")
        pauses.append(int(str(pause)))
        ledger.run("UPDATE importer.chunk SET due_at = now()")
    assert pauses == [5, 10, 20]
    assert ledger.column("SELECT attempts FROM importer.chunk") == [0]


def test_chunk_of_a_lost_device_is_due_at_once_where_another_worker_lives(ledger: Ledger) -> None:
    ledger.accept(1)
    insert = """INSERT INTO importer.worker (name, host, contract, queues, operations, slots, versions, state)
    VALUES (:name, 'h', 1, '{cpu}', '{normalize_record}', 1, '{}', :state)"""
    ledger.run(insert, name="w1", state="healthy")
    ledger.run(insert, name="w2", state="unhealthy")
    assert release_lost_device(ledger.engine, ledger.must_claim().token, "CUDA error")
    assert ledger.claim() is None
    ledger.run("UPDATE importer.chunk SET due_at = now(), device_losses = 0")
    ledger.run("UPDATE importer.worker SET state = 'healthy'")
    assert release_lost_device(ledger.engine, ledger.must_claim().token, "CUDA error")
    ledger.must_claim()


def test_record_that_breaks_every_device_fails_alone_in_the_end(ledger: Ledger) -> None:
    """Else it would end one worker after the other, for ever."""
    batch_id = ledger.accept(1)
    for _ in range(MAX_DEVICE_LOSSES):
        assert release_lost_device(ledger.engine, ledger.must_claim().token, "CUDA error: illegal access")
        ledger.run("UPDATE importer.chunk SET due_at = now()")
    assert ledger.states(batch_id) == ["done"]
    (output,) = ledger.column("SELECT output FROM importer.chunk")
    line = json.loads(str(output))
    assert (line["outcome"], line["code"], line["detail"]) == ("failed", "device_lost", "CUDA error: illegal access")


def test_late_release_of_a_lost_device_changes_nothing(ledger: Ledger) -> None:
    ledger.accept(1)
    chunk = ledger.must_claim()
    ledger.report(chunk)
    assert not release_lost_device(ledger.engine, chunk.token, "CUDA error")
    assert ledger.column("SELECT state FROM importer.chunk") == ["done"]
