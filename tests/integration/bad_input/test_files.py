"""Files and forms that are wrong, through the gateway over real sockets (rows 1, 5, 35, 39 and 52 of bad input)."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tests.support.gateway.process import running_gateway
from tests.support.gateway.raw_http import RawAnswer, RawConnection, exchange
from tests.support.servers.services import running_service
from tests.support.waiting import wait_until

BATCHES = "/api/importer/batches"
MIB = 1024 * 1024
CSV = "text/csv"
FORM = "multipart/form-data; boundary=b"
GOOD = b"id,payload\n1,a\n"


class Doors:
    """The gateway, and the importer's process behind it."""

    def __init__(self, url: str, importer: psutil.Process) -> None:
        self.url = url
        self.importer = importer

    def post(self, body: bytes, content_type: str = CSV, query: str = "", **headers: str) -> RawAnswer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return exchange(self.url, "POST", BATCHES + query, {"Content-Type": content_type, **named}, body)

    def batches(self) -> list[str]:
        return [item["id"] for item in exchange(self.url, "GET", f"{BATCHES}?limit=200").json()["items"]]

    def peak(self) -> float:
        """MiB that the importer ever held at once, as the kernel counted."""
        status = Path(f"/proc/{self.importer.pid}/status").read_text()
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))) / 1024

    def unnamed_files(self) -> int:
        """Temporary files that are open: they have no name, so the kernel says that they are deleted."""
        found = 0
        for link in Path(f"/proc/{self.importer.pid}/fd").iterdir():
            try:
                found += "(deleted)" in str(link.readlink())
            except OSError:
                continue
        return found


@pytest.fixture(scope="module")
def doors(
    make_migrated: Callable[[], str], make_redis: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Doors]:
    folder, database = tmp_path_factory.mktemp("stack"), make_migrated()
    own = {"SQLALCHEMY_DATABASE_URI": database, "CELERY_BROKER_URL": make_redis(), "WEB_THREADS": "4"}
    with (
        running_service("importer.wsgi:app", folder, own, ready_path="/health") as (importer, server),
        running_gateway(folder, "http://127.0.0.1:1", importer, {}) as (url, _),
    ):
        (worker,) = psutil.Process(server.pid).children()
        Doors(url, worker).post(GOOD)  # what is loaded at the first batch is not counted against the others
        yield Doors(url, worker)


@pytest.fixture(autouse=True)
def unharmed(doors: Doors) -> Iterator[None]:
    """Nothing is left in the ledger or on the disk, whatever was refused, and a good file is taken as ever."""
    kept = doors.unnamed_files()
    yield
    wait_until(lambda: doors.unnamed_files() <= kept, 5, "temporary files to be closed")
    answer = doors.post(GOOD)
    assert answer.status == 202, answer


def assert_refused(answer: RawAnswer, status: int, code: str) -> None:
    problem = answer.problem()
    assert (answer.status, problem["code"]) == (status, code), problem
    assert not any(word in answer.body for word in (b"Traceback", b"psycopg2", b"SELECT", b'File "', b"/tmp"))


TABLES = {
    "35-million-columns": (b"id,payload" + b",x" * 1_000_000 + b"\n1,a\n", 400, "unknown_column"),
    "35-million-cells": (b"id,payload\n1" + b"," * 1_500_000 + b"\n", 413, "csv_row_too_long"),
    "35-long-field": (b"id,payload\n1," + b"x" * 100 * MIB + b"\n", 413, "csv_row_too_long"),
    "35-unclosed-quote": (b'id,payload\n1,"' + b"a\n2,b\n" * 4_000_000, 413, "csv_row_too_long"),
    "35-short-unclosed-quote": (b'id,payload\n1,"a\n2,b\n', 400, "invalid_csv"),
    "35-quote-in-the-middle": (b'id,payload\n1,"a"b\n', 400, "invalid_csv"),
    "20-utf-16-cut": ("id,payload\n1,a\n".encode("utf-16")[:-1], 400, "wrong_encoding"),
    "19-accents": (b"id,payload\n1,Caf\xe9\n", 400, "ambiguous_encoding"),
    "19-no-encoding": (b"id,payload\n1,\x98\xff\n", 400, "ambiguous_encoding"),
    "26-nul-in-header": (b"id,pay\0load\n1,a\n", 400, "wrong_encoding"),
    "22-column-twice": (b"id,payload,id\n1,a,2\n", 400, "repeated_column"),
    "36-unknown-column": (b"id,payload,__proto__\n1,a,b\n", 400, "unknown_column"),
    "32-empty": (b"", 422, "empty_batch"),
    "32-spaces": (b" \n \n", 422, "empty_batch"),
    "43-header-alone": (b"id,payload\n", 422, "empty_batch"),
    "no-table-at-all": (b"\x89PNG\r\n\x1a\n\0\0", 400, "ambiguous_encoding"),
}


@pytest.mark.parametrize(("body", "status", "code"), TABLES.values(), ids=TABLES)
def test_table_that_is_wrong_as_a_whole_is_refused(doors: Doors, body: bytes, status: int, code: str) -> None:
    before = doors.batches()
    assert_refused(doors.post(body), status, code)
    assert doors.batches() == before


ROWS = {
    "ragged": (b"1", "wrong_cells"),
    "ragged-the-other-way": (b"1,a,b,c", "wrong_cells"),
    "26-nul": (b"1,a\0b", "nul_character"),
    "37-long": (b"1," + b"x" * 70_000, "record_too_long"),
    "27-no-id": (b",a", "wrong_value"),
}


@pytest.mark.parametrize(("row", "code"), ROWS.values(), ids=ROWS)
def test_row_that_is_wrong_costs_itself_alone(doors: Doors, row: bytes, code: str) -> None:
    batch = doors.post(b"id,payload\n0,a\n" + row + b"\n2,=cmd\n").json()
    assert (batch["rows"], batch["outcomes"]["refused"]) == (3, 1)
    (line,) = exchange(doors.url, "GET", f"{batch['results_url']}?outcome=refused").body.splitlines()
    assert (json.loads(line)["row"], json.loads(line)["code"]) == (2, code)


TAKEN = {
    "bare-cr": (b"id,payload\r1,a\r2,b\r", "utf-8", 2),
    "windows-1251": ("id;payload\r\n1;Книга\r\n".encode("cp1251"), "windows-1251", 1),
    "20-utf-16": ("id,payload\n1,a\n".encode("utf-16"), "utf-16le", 1),
    "20-utf-16-without-mark": ("id,payload\n1,a\n".encode("utf-16-be"), "utf-16be", 1),
    "two-byte-order-marks": (b"\xef\xbb\xbf\xef\xbb\xbfid,payload\n1,a\n", "utf-8", 1),
    "header-twice": (b"id,payload\nid,payload\n", "utf-8", 1),
    "39-formulas": (b"id,payload\n1,=1+1\n2,@x\n3,+7\n4,-1\n", "utf-8", 4),
    "37-turned-text": ("id,payload\n1,\u202ecba\u200b\n".encode(), "utf-8", 1),
    "mark-inside": ("id,payload\n1,\ufeffa\n".encode(), "utf-8", 1),
}


@pytest.mark.parametrize(("body", "encoding", "rows"), TAKEN.values(), ids=TAKEN)
def test_table_that_is_only_odd_is_taken_and_described(doors: Doors, body: bytes, encoding: str, rows: int) -> None:
    batch = doors.post(body).json()
    assert (batch["input"]["encoding"], batch["rows"], batch["outcomes"]["refused"]) == (encoding, rows, 0)


SAME = {
    CSV: "id;payload\n1;Книги о птицах\n",
    "application/x-ndjson": '{"id": "1", "payload": "Книги о птицах"}\n',
    "application/json": '{"records": [{"id": "1", "payload": "Книги о птицах"}]}',
}
READ_AS = {
    "detected": ("koi8-r", "", "", "detected"),
    "declared": ("cp866", "; charset=IBM866", "", "declared"),
    "asked": ("mac-cyrillic", "; charset=koi8-r", "?encoding=mac-cyrillic", "declared"),
}


@pytest.mark.parametrize(("encoding", "charset", "query", "source"), READ_AS.values(), ids=READ_AS)
@pytest.mark.parametrize("content_type", SAME)
def test_text_is_read_in_its_encoding_in_every_format(
    doors: Doors, content_type: str, encoding: str, charset: str, query: str, source: str
) -> None:
    batch = doors.post(SAME[content_type].encode(encoding), content_type + charset, query).json()
    assert (batch["input"]["encoding"], batch["input"]["encoding_source"]) == (encoding, source)
    assert (batch["rows"], batch["outcomes"]["refused"]) == (1, 0)


@pytest.mark.parametrize("content_type", SAME)
def test_text_that_is_not_in_its_encoding_is_refused_with_the_place_in_every_format(
    doors: Doors, content_type: str
) -> None:
    before = doors.batches()
    body = SAME[content_type].encode()
    damaged = body.replace("птицах".encode(), "птицах".encode()[:-1])
    for answer in (doors.post(damaged, content_type), doors.post(b"\xe9" + body, content_type + "; charset=utf-8")):
        assert_refused(answer, 400, "wrong_encoding")
        assert "on line " in answer.json()["detail"]
    accents = doors.post(SAME[content_type].replace("Книги о птицах", "Café").encode("cp1252"), content_type)
    assert_refused(accents, 400, "ambiguous_encoding")
    shown = {error["pointer"]: error["detail"] for error in accents.json()["errors"]}
    assert "Café" in shown["?encoding=windows-1252"]
    assert "Cafй" in shown["?encoding=windows-1251"]
    assert doors.batches() == before


def part(name: str = "file", file_name: str | None = "a.csv", data: bytes = GOOD, head: str = "") -> bytes:
    named = f'; filename="{file_name}"' if file_name is not None else ""
    return f'--b\r\nContent-Disposition: form-data; name="{name}"{named}\r\n{head}\r\n'.encode() + data + b"\r\n"


END = b"--b--\r\n"
NESTED = part(data=b"--c\r\n\r\nx\r\n--c--", head="Content-Type: multipart/mixed; boundary=c\r\n", file_name="a")
FORMS = {
    "no-parts": (END, FORM, 400, "one_file"),
    "empty": (b"", FORM, 400, "invalid_form"),
    "two-files": (part() + part() + END, FORM, 400, "one_file"),
    "two-names": (part() + part("other") + END, FORM, 400, "one_file"),
    "other-name": (part("other") + END, FORM, 400, "one_file"),
    "field-instead-of-file": (part(file_name=None) + END, FORM, 400, "one_file"),
    "field-beside-file": (part() + part("source", None, b"x") + END, FORM, 400, "one_file"),
    "no-boundary": (part() + END, "multipart/form-data", 400, "invalid_form"),
    "other-boundary": (part() + END, "multipart/form-data; boundary=zzz", 400, "invalid_form"),
    "cut-short": (part(), FORM, 400, "invalid_form"),
    "cut-in-its-head": (b'--b\r\nContent-Disposition: form-data; name="fi', FORM, 400, "invalid_form"),
    "huge-head": (part(head="X-A: " + "a" * MIB + "\r\n") + END, FORM, 413, "form_too_large"),
    "many-heads": (part(head="X-A: a\r\n" * 100_000) + END, FORM, 413, "form_too_large"),
    "many-parts": (part("f", None, b"x") * 5000 + END, FORM, 413, "form_too_large"),
    "huge-field": (part("f", None, b"x" * 8 * MIB) + END, FORM, 413, "form_too_large"),
    "nested": (NESTED + END, FORM, 415, "unsupported_media_type"),
    "52-picture": (part(file_name="a.png") + END, FORM, 415, "unsupported_media_type"),
    "52-long-name": (part(file_name="n" * 5000) + END, FORM, 415, "unsupported_media_type"),
    "long-and-no-boundary": (b"x" * 20 * MIB, "multipart/form-data", 400, "invalid_form"),
}


@pytest.mark.parametrize(("body", "content_type", "status", "code"), FORMS.values(), ids=FORMS)
def test_form_that_is_wrong_is_refused(doors: Doors, body: bytes, content_type: str, status: int, code: str) -> None:
    before = doors.batches()
    assert_refused(doors.post(body, content_type), status, code)
    assert doors.batches() == before


@pytest.mark.parametrize("file_name", ["../../etc/x.csv", "C:\\x.csv", "a\0b.csv", "n" * 5000 + ".csv", "=cmd.csv"])
def test_name_of_a_file_is_only_looked_at_for_its_ending(doors: Doors, file_name: str) -> None:
    answer = doors.post(part(file_name=file_name) + END, FORM)
    assert (answer.status, answer.json()["rows"]) == (202, 1)
    assert file_name.encode() not in answer.body


@pytest.mark.parametrize("content_type", [CSV, FORM, "application/x-ndjson"])
def test_body_that_claims_gigabytes_is_refused_before_it_is_read(doors: Doors, content_type: str) -> None:
    with RawConnection(doors.url) as connection:
        lines = [f"POST {BATCHES} HTTP/1.1", f"Host: {connection.netloc}", f"Content-Type: {content_type}"]
        connection.send("\r\n".join([*lines, f"Content-Length: {8 * 1024 * MIB}", "", "id"]).encode())
        answer = connection.answer()
    assert answer is not None
    assert_refused(answer, 413, "too_large")


HUNGRY = {
    "numbers": ("application/json", b'{"records":[' + b"0," * 30_000 + b"0]}"),
    "one-string": ("application/json", b'{"records":["' + b"x" * 60 * MIB + b'"]}'),
    "lists": ("application/json", b'{"records":[' + b"[" * 20 * MIB),
    "spaces": ("application/json", b" " * 20 * MIB),
    "one-line": ("application/x-ndjson", b"[" * 20 * MIB),
    "lines": ("application/x-ndjson", b"0\n" * 30_000),
    "cells": (CSV, b"id,payload\n" + b'"\n",' * 8 * MIB),
    "long-quote": (CSV, b'id,payload\n1,"' + b"\xd0\x96" * 30 * MIB),
    "file": (FORM, part(data=b"id,payload\n" + b'"\n",' * 8 * MIB) + END),
}


@pytest.mark.parametrize(("content_type", "body"), HUNGRY.values(), ids=HUNGRY)
def test_memory_does_not_grow_with_what_a_body_holds(doors: Doors, content_type: str, body: bytes) -> None:
    answer = doors.post(body, content_type)
    assert answer.status in (202, 400, 413, 422), answer.body[:300]
    assert doors.peak() < 150


def test_large_file_of_a_form_is_taken_whole(doors: Doors) -> None:
    answer = doors.post(part(data=GOOD + b"1,a\n" * 500_000) + END, FORM)
    assert (answer.status, answer.json()["rows"]) == (202, 500_001)


def test_fifty_parallel_posts_with_one_key_make_one_batch(doors: Doors) -> None:
    body = b"id,payload\n" + b"".join(b"%d,a\n" % row for row in range(20_000))
    before = doors.batches()
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: doors.post(body, Idempotency_Key="fifty"), range(50)))
    refused = [answer for answer in answers if answer.status != 202]
    assert all(answer.status == 503 and answer.headers["retry-after"] for answer in refused), refused[:1]
    assert len({answer.json()["id"] for answer in answers if answer.status == 202}) == 1
    assert sum(answer.json()["created"] for answer in answers if answer.status == 202) == 1
    assert len(set(doors.batches()) - set(before)) == 1


def test_file_in_a_form_is_the_same_request_as_its_bytes(doors: Doors) -> None:
    ids = [
        doors.post(GOOD, Idempotency_Key="wrapped").json()["id"],
        doors.post(part() + END, FORM, Idempotency_Key="wrapped").json()["id"],
        doors.post(part(file_name="other.csv") + END, FORM, Idempotency_Key="wrapped").json()["id"],
    ]
    assert len(set(ids)) == 1
    for body, query in ((GOOD + b"2,b\n", ""), (GOOD, "?source=other"), (GOOD, "?operation=process_video")):
        assert_refused(doors.post(body, query=query, Idempotency_Key="wrapped"), 422, "idempotency_key_reused")
