"""The event stream through the real gateway, from a real importer."""

import json
import signal
import urllib.error
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.gateway.process import running_gateway
from tests.support.stacks.whole import WholeStack
from tests.support.waiting import wait_until


def events_path(batch_id: str) -> str:
    return f"/api/importer/batches/{batch_id}/events"


def test_stream_follows_a_batch_to_its_end_unbuffered(stack: WholeStack) -> None:
    batch_id = stack.importer.post_rows(5000)
    with urllib.request.urlopen(stack.url + events_path(batch_id), timeout=30) as answer:
        assert answer.headers.get_content_type() == "text/event-stream"
        assert (answer.headers["Cache-Control"], answer.headers["X-Accel-Buffering"]) == ("no-store", "no")
        text = answer.read().decode()
    states = [json.loads(line[6:]).get("state") for line in text.splitlines() if line.startswith("data: ")]
    assert states[-2:] == ["done", None]
    assert text.rstrip().endswith("event: end\ndata: {}")


def test_stream_of_an_unknown_batch_is_404(stack: WholeStack) -> None:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(stack.url + events_path("0" * 24), timeout=10)
    with refused.value as answer:
        assert (answer.code, json.load(answer)["code"]) == (404, "not_found")


def test_stream_of_a_deleted_batch_is_410(stack: WholeStack) -> None:
    batch_id = stack.importer.post_rows(1)
    stack.importer.wait_finished(batch_id)
    stack.importer.call("DELETE", f"/api/importer/batches/{batch_id}")
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(stack.url + events_path(batch_id), timeout=10)
    with refused.value as answer:
        assert (answer.code, json.load(answer)["code"]) == (410, "batch_expired")


def test_many_open_streams_leave_the_gateway_answering_and_do_not_keep_it_from_ending(
    stack: WholeStack, tmp_path: Path
) -> None:
    """An open stream would hold a worker for its graceful timeout, 20 seconds, if it did not notice the signal."""
    batch_id = stack.importer.post_rows(1, operation="process_video")
    with running_gateway(tmp_path, stack.url, stack.importer.url, {}) as (url, gateway), ExitStack() as streams:
        events = url + events_path(batch_id)
        opened = [streams.enter_context(urllib.request.urlopen(events, timeout=10)) for _ in range(50)]
        assert all(stream.readline().startswith(b"retry") for stream in opened)
        with urllib.request.urlopen(f"{url}/api/health", timeout=5) as answer:
            assert answer.status == 200
        gateway.send(signal.SIGTERM)
        wait_until(lambda: not gateway.is_running(), 10, "the gateway to end")
    stack.importer.call("POST", f"/api/importer/batches/{batch_id}/cancel", b"")
