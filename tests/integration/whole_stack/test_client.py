"""The command ``stackroom`` against the real stack, through the real gateway."""

import json
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
import requests

from stackroom_client.commands import batches
from tests.support.client.command import COMMAND, ndjson, stackroom, started
from tests.support.servers.tcp_proxy import TCPProxy
from tests.support.stacks.whole import WholeStack
from tests.support.waiting import wait_until

MIXED = b'{"id": 1, "payload": " One "}\n{"id": 2}\n{"id": 3, "payload": "Three"}\n'


@pytest.fixture
def url(stack: WholeStack) -> str:
    return stack.url


def listed(url: str, *words: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(stackroom(url, "batches", "--json", *words).out)
    return found


def test_import_that_is_watched_tells_what_became_of_the_rows(url: str, tmp_path: Path) -> None:
    file = tmp_path / "records.ndjson"
    file.write_bytes(MIXED)
    done = stackroom(url, "import", str(file), "--watch")
    assert done.code == 1
    assert "3 rows, done with errors" in done.out
    assert "outcome  rows\nok          2\nfailed      0\nrefused     1\n" in done.out
    assert "2    refused  missing_field  Object missing required field `payload`." in done.out
    assert "read as NDJSON" in done.err
    assert "%|" not in done.err


def test_import_without_watching_prints_the_id_alone(url: str) -> None:
    done = stackroom(url, "import", "-", "--format", "ndjson", "--source", "pipe", stdin=ndjson(5000))
    assert (done.code, len(done.out.split())) == (0, 1)
    watched = stackroom(url, "watch", done.out.strip(), "--json")
    assert watched.code == 0
    assert json.loads(watched.out)["outcomes"]["ok"] == 5000
    assert [batch["id"] for batch in listed(url, "--source", "pipe")] == [done.out.strip()]


def test_results_that_failed_are_imported_again_as_they_are(url: str, tmp_path: Path) -> None:
    batch_id = stackroom(url, "import", "-", "--format", "ndjson", stdin=MIXED).out.strip()
    stackroom(url, "watch", batch_id)
    for form in ("csv", "ndjson"):
        file = tmp_path / f"bad.{form}"
        fetched = stackroom(url, "results", batch_id, "--outcome", "not_ok", "--format", form, "-o", str(file))
        assert (fetched.code, fetched.out) == (0, "")
        assert [path.name for path in tmp_path.glob(f"*{form}*")] == [file.name]
        again = json.loads(stackroom(url, "import", str(file), "--watch", "--json").out)
        assert again["rows"] == 1
    printed = stackroom(url, "results", batch_id)
    assert [json.loads(line)["row"] for line in printed.out.splitlines()] == [1, 2, 3]


@pytest.mark.usefixtures("empty_register")
def test_load_is_tried_done_and_taken_back(url: str, tmp_path: Path) -> None:
    file = tmp_path / "группы.csv"
    file.write_bytes("id;name;comment\n501;Группа;\n502;Вторая;\n".encode("cp1251"))
    load = ("import", str(file), "--operation", "load_groups", "--watch")
    tried = stackroom(url, *load, "--dry-run")
    assert "CSV in windows-1251 (guessed), delimiter ';', columns id, name, comment" in tried.err
    assert "dry run: nothing was changed" in tried.out
    assert requests.get(f"{url}/api/groups/501", timeout=10).status_code == 404
    done = json.loads(stackroom(url, *load, "--json").out)
    assert done["changes"]["created"] == 2
    assert requests.get(f"{url}/api/groups/501", timeout=10).json()["name"] == "Группа"
    undone = stackroom(url, "undo", done["id"], "--watch")
    assert undone.code == 0
    assert "removed     2" in undone.out


@pytest.mark.usefixtures("empty_register")
def test_conflict_policy_is_passed_on(url: str) -> None:
    load = ("import", "-", "--format", "csv", "--operation", "load_groups", "--watch")
    rows = b"id,name\n601,a\n"
    assert stackroom(url, *load, stdin=rows).code == 0
    refused = stackroom(url, *load, stdin=rows.replace(b"a\n", b"b\n"))
    assert refused.code == 1
    updated = stackroom(url, *load, "--on-conflict", "update", stdin=rows.replace(b"a\n", b"c\n"))
    assert (updated.code, "updated     1" in updated.out) == (0, True)


def test_import_repeated_under_its_key_is_one_batch(url: str) -> None:
    words = ("import", "-", "--format", "ndjson", "--source", "twice", "--key", "twice")
    first, second = (stackroom(url, *words, stdin=MIXED) for _ in range(2))
    assert first.out == second.out
    assert "it was there already, under this key" in second.err
    other = stackroom(url, *words, stdin=MIXED + MIXED)
    assert (other.code, "idempotency_key_reused" in other.err) == (2, True)
    assert len(listed(url, "--source", "twice")) == 1


def test_interrupt_leaves_the_batch_and_says_how_to_go_on(url: str, tmp_path: Path) -> None:
    file = tmp_path / "videos.ndjson"
    file.write_bytes(ndjson(1))
    log = tmp_path / "log"
    command = started(url, log, "import", str(file), "--operation", "process_video", "--source", "gpu", "--watch")
    wait_until(lambda: "no worker serves process_video on the queue gpu" in command.output(), 20, command.output())
    command.send(signal.SIGINT)
    assert command.wait(10) == 130
    (batch,) = listed(url, "--source", "gpu")
    assert f"stackroom watch {batch['id']}" in command.output()
    assert "Traceback" not in command.output()
    assert batch["state"] == "waiting_for_worker"
    cancelled = stackroom(url, "cancel", batch["id"])
    assert (cancelled.code, "1 row will not be done" in cancelled.err) == (0, True)
    assert stackroom(url, "watch", batch["id"]).code == 1
    retried = stackroom(url, "retry", batch["id"])
    assert retried.code == 0
    stackroom(url, "cancel", retried.out.strip())


def test_row_that_is_too_long_costs_itself_alone(url: str) -> None:
    huge = b'{"id":1,"payload":"' + b"x" * 3_000_000 + b'"}\n'
    done = stackroom(url, "import", "-", "--format", "ndjson", "--watch", stdin=huge + ndjson(1))
    assert done.code == 1
    assert "record_too_long" in done.out
    assert "ok          1" in done.out


def test_file_whose_name_is_no_text_is_imported(url: str, tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/\xe3\xf0\x1b[2J.csv"
    Path(os.fsdecode(name)).write_bytes(b"id,payload\n1,x\n")
    done = stackroom(url, "import", os.fsdecode(name), "--watch")
    assert done.code == 0
    assert "\x1b" not in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["show", "nosuch"], "There is no batch 'nosuch'. (404 not_found)"),
        (["retry", "nosuch"], "404 not_found"),
        (["import", "-", "--format", "csv", "--operation", "guess"], "?operation: (unknown_operation)"),
        (["import", "-", "--format", "csv", "--operation", "load_groups", "--queue", "gpu"], "?queue: (wrong_queue)"),
        (["import", "-", "--format", "csv", "--dry-run"], "?dry_run: (wrong_option)"),
        (["import", "-", "--format", "csv"], "400 missing_column"),
        (["import", os.devnull, "--format", "ndjson"], "/dev/null is empty: there is nothing to send"),
        (["import", "/nowhere/records.csv"], "/nowhere/records.csv cannot be read: No such file or directory"),
        (["import", "/", "--format", "csv"], "/ cannot be read: Is a directory"),
        (["results", "nosuch", "-o", "/nowhere/out"], "404 not_found"),
    ],
)
def test_what_cannot_be_ends_with_2_and_the_reason(url: str, words: list[str], said: str) -> None:
    done = stackroom(url, *words, stdin=b"id\n")
    assert (done.code, done.out) == (2, "")
    assert said in done.err


def test_batches_are_read_over_pages_newest_first(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    words = ("import", "-", "--format", "ndjson", "--source", "pages")
    made = [stackroom(url, *words, stdin=ndjson(1)).out.strip() for _ in range(3)]
    monkeypatch.setattr(batches, "LARGEST_PAGE", 1)
    for limit, expected in ((2, made[:0:-1]), (10, made[::-1])):
        assert [batch["id"] for batch in listed(url, "--source", "pages", "--limit", str(limit))] == expected


@pytest.mark.parametrize(
    ("name", "row"),
    [
        ("resources", "groups"),
        ("operations", "load_groups"),
        ("queues", "cpu"),
        ("workers", "worker-0"),
        ("batches", "batch"),
    ],
)  # fmt: skip
def test_lists_are_tables_for_people_and_json_for_programs(url: str, name: str, row: str) -> None:
    assert row in stackroom(url, name).out
    assert isinstance(json.loads(stackroom(url, name, "--json").out), list)


def test_answers_that_are_lost_make_no_second_batch_and_no_error(url: str) -> None:
    proxy = TCPProxy(int(url.rpartition(":")[2]))
    try:
        proxy.lose_answers_to, proxy.losses = b"POST /api/importer/batches", 1
        words = ("import", "-", "--format", "ndjson", "--source", "lost")
        sent = stackroom(proxy.url, *words, stdin=ndjson(100))
        assert (sent.code, "trying again" in sent.err) == (0, True)
        (batch,) = listed(url, "--source", "lost")
        assert sent.out.strip() == batch["id"]
        assert stackroom(url, "watch", batch["id"]).code == 0
        proxy.lose_answers_to, proxy.losses = b"DELETE /api/importer/batches", 1
        deleted = stackroom(proxy.url, "delete", batch["id"])
        assert (deleted.code, proxy.dropped) == (0, 2)
        assert stackroom(url, "show", batch["id"]).code == 2
    finally:
        proxy.end()


def test_reader_that_goes_away_ends_the_command_with_a_line_and_2(url: str) -> None:
    sent = stackroom(url, "import", "-", "--format", "ndjson", "--watch", "--json", stdin=ndjson(20_000))
    reading, writing = os.pipe()
    os.close(reading)
    words = [*COMMAND, "--url", url, "results", json.loads(sent.out)["id"]]
    done = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, timeout=30, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (2, b"stackroom: standard output cannot be written: Broken pipe\n")
