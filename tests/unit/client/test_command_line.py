"""What the command line takes, and what it means."""

import argparse
import importlib
from pathlib import Path

import pytest

from stackroom_client.address import named_address, parse_address
from stackroom_client.batch import Batch
from stackroom_client.command_line import make_parser
from stackroom_client.errors import UsageError
from stackroom_client.source import media_type
from stackroom_client.upload import FILE_OPTIONS


def parsed(*words: str) -> argparse.Namespace:
    return make_parser().parse_args(words)


def batch(state: str, **more: object) -> Batch:
    outcomes = {"ok": 1, "failed": 0, "refused": 0, "cancelled": 0, "pending": 0}
    raw = {"id": "b", "operation": "load_groups", "queue": "cpu", "state": state, "rows": 1, "outcomes": outcomes}
    return Batch.of({**raw, **more})


def test_common_options_may_stand_before_or_after_the_command() -> None:
    before = parsed("--url", "http://a", "--json", "--patience", "5", "batches")
    after = parsed("batches", "--patience", "5", "--json", "--url", "http://a")
    assert vars(before) == vars(after)
    assert (before.url, before.json, before.patience) == ("http://a", True, 5.0)


@pytest.mark.parametrize(
    ("option", "environ", "env_file", "url", "origin"),
    [
        ("http://a", {"STACKROOM_URL": "http://b"}, "STACKROOM_URL=http://c", "http://a", ""),
        (None, {"STACKROOM_URL": "http://b"}, "STACKROOM_URL=http://c", "http://b", "STACKROOM_URL"),
        (None, {"STACKROOM_URL": ""}, "STACKROOM_URL=http://c", "http://c", "STACKROOM_URL in .env"),
        (None, {}, "PORT_BASE=7100", "http://localhost:7100", "PORT_BASE in .env"),
        (None, {}, "PORT_BASE=7100\nUI_PORT=8000 # mine", "http://localhost:8000", "UI_PORT in .env"),
        (None, {"PORT_BASE": "7200"}, "PORT_BASE=7100", "http://localhost:7200", "PORT_BASE"),
        (None, {}, "UI_HOST=0.0.0.0\nUI_PORT=1", "http://localhost:1", "UI_PORT in .env"),
        (None, {}, "UI_HOST=::1\nUI_PORT=1", "http://[::1]:1", "UI_PORT in .env"),
        (None, {}, "UI_PORT=\nLOG_LEVEL=INFO", "http://localhost:5000", ""),
        (None, {}, None, "http://localhost:5000", ""),
    ],
)
def test_address_is_the_first_that_is_named(
    tmp_path: Path, option: str | None, environ: dict[str, str], env_file: str | None, url: str, origin: str
) -> None:
    if env_file is not None:
        (tmp_path / ".env").write_text(f"{env_file}\n")
    assert named_address(option, environ, tmp_path) == (url, origin)
    assert parse_address(url, origin).told == (f"{url} ({origin})" if origin else url)


def test_env_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("UI_PORT=1 # é".encode("latin-1"))
    with pytest.raises(UsageError, match=r"\.env cannot be read"):
        named_address(None, {}, tmp_path)


def test_wrong_port_of_an_env_file_is_refused_by_its_name() -> None:
    with pytest.raises(UsageError, match=r"'http://localhost:many' \(UI_PORT in .env\) cannot be used"):
        parse_address("http://localhost:many", "UI_PORT in .env")


@pytest.mark.parametrize(
    "words",
    [
        [], ["frobnicate"], ["import"], ["show"], ["show", "../x"], ["show", ""], ["show", "a" * 65], ["show", "б"],
        ["import", "f.csv", "--key", "two words"], ["import", "f.csv", "--key", ""],
        ["import", "f.csv", "--key", "ключ"], ["import", "f.csv", "--source", "a\x1bb"],
        ["import", "f.csv", "--source", "\udcff"],
        ["import", "f.csv", "--on-conflict", "guess"], ["import", "f.csv", "--format", "xml"],
        ["preview", "f.csv", "--delimiter", "x"], ["import", "f.csv", "--columns", "a\x1b:id"],
        ["batches", "--limit", "0"], ["batches", "--limit", "ten"], ["batches", "--limit", "9999999999"],
        ["batches", "--state", "lost"], ["batches", "--patience", "-1"], ["batches", "--patience", "nan"],
        ["results", "b", "--outcome", "lost"],
    ],
)  # fmt: skip
def test_wrong_usage_ends_with_2(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parsed(*words)
    assert ended.value.code == 2
    assert "usage: stackroom" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("http://localhost:5000/", "http://localhost:5000"), (" https://books.example/stack/ ", "https://books.example/stack"),
        ("http://[::1]:5000", "http://[::1]:5000"),
    ],
)  # fmt: skip
def test_address_is_taken_without_its_last_slash(given: str, url: str) -> None:
    assert parse_address(given).url == url


def test_address_is_shown_without_its_password() -> None:
    address = parse_address("https://reader:secret@books.example")
    assert (address.url, address.shown) == ("https://reader:secret@books.example", "https://books.example")


@pytest.mark.parametrize(
    "given",
    [
        "", "localhost:5000", "ftp://x", "http://", "http://x:99999", "http://x:0", "http://[::1", "http://x/?a=b",
        "http://x/#a", "http://x y", "http://x/\x00", "https://reader:secret@x:port",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_without_showing_a_password(given: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_address(given)
    assert "--url" in str(refused.value)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("host", "expected"), [("localhost", True), ("127.0.0.5", True), ("[::1]", True), ("a.b", False)]
)
def test_proxies_are_left_out_for_this_machine_alone(host: str, expected: bool) -> None:
    assert parse_address(f"http://{host}:5000").is_this_machine is expected


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("a.CSV", None, "text/csv"), ("a.tsv", None, "text/csv"), ("a.json", None, "application/json"),
        ("dir.csv/a.jsonl", None, "application/x-ndjson"), ("a.csv", "json", "application/json"),
        ("-", "csv", "text/csv"),
    ],
)  # fmt: skip
def test_media_type_is_that_of_the_ending_unless_it_is_said(name: str, given: str | None, expected: str) -> None:
    assert media_type(name, given) == expected


@pytest.mark.parametrize("name", ["-", "a", "csv", ".csv.gz", "\udcff", "a.gif", "a.MPG", "a.dv"])
def test_file_that_says_nothing_of_its_form_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"--format csv, json or ndjson .*--format video .*\.mpg"):
        media_type(name, None)


@pytest.mark.parametrize("name", ["a.xlsx", "A.ODS", "a.xls", "a.xlsm.gz"])
def test_workbook_is_called_one_and_how_to_save_it_is_said(name: str) -> None:
    with pytest.raises(UsageError, match="is a workbook; save the sheet as CSV"):
        media_type(name, None)


@pytest.mark.parametrize("command", ["import", "preview"])
def test_commands_that_send_rows_take_what_is_said_of_the_file(command: str) -> None:
    words = ("--encoding", "koi8-r", "--delimiter", "tab", "--columns", "Код:id")
    arguments = parsed(command, "f.csv", *words)
    assert [getattr(arguments, name) for name in FILE_OPTIONS] == ["koi8-r", "tab", "Код:id"]


def test_every_command_has_its_function() -> None:
    """They are imported by name, once the words are parsed."""
    files = {"preview": ["f"], "import": ["f"], "upload": ["f"]}
    lists: dict[str, list[str]] = {name: [] for name in ("batches", "resources", "operations", "queues", "workers")}
    batches = {name: ["b"] for name in ("results", "show", "watch", "cancel", "retry", "undo", "delete")}
    words: dict[str, list[str]] = {**files, **lists, **batches}
    for name, more in words.items():
        module, _, function = parsed(name, *more).run.partition(".")
        assert callable(getattr(importlib.import_module(f"stackroom_client.commands.{module}"), function))


@pytest.mark.parametrize(
    ("state", "code"),
    [("done", 0), ("done_with_errors", 1), ("cancelled", 1), ("running", 0), ("queued", 0), ("waiting_for_worker", 0)],
)
def test_exit_code_says_how_a_batch_ended(state: str, code: int) -> None:
    assert batch(state).exit_code == code


def test_batch_is_labelled_with_what_is_special_about_it() -> None:
    assert batch("done").label == "load_groups"
    assert batch("done", options={"dry_run": True}, retry_of="a").label == "load_groups (dry run, retry)"
    assert batch("done", options={"undo": True}, undo_of="a").label == "load_groups (undo)"


@pytest.mark.parametrize("value", [None, [], "x", {}, {"id": 1, "state": "done"}])
def test_answer_that_is_no_batch_is_refused(value: object) -> None:
    with pytest.raises(UsageError, match="is that a Stackroom server"):
        Batch.of(value)
