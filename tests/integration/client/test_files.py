"""The commands that look at a file or keep it, and the import of a video, through the real gateway."""

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.client.command import Done, ndjson, stackroom
from tests.support.gateway.scripted_upstream import ScriptedUpstream, reply
from tests.support.servers.tcp_proxy import TCPProxy
from tests.support.stacks.alone import running_importer_alone
from tests.support.videos.files import write_video

MOST = 1_500_000  # bytes of a batch and of an upload
TYPES = "id;file_name;group\n10;epub 3;text\nx;fb2;text\n11;mobi;\n"


@pytest.fixture(scope="module")
def url(
    make_migrated: Callable[[], str], make_redis: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("files")
    limits = {"MAX_BODY_BYTES": str(MOST), "MAX_MEDIA_BYTES": str(MOST), "MEDIA_DIR": str(folder / "media")}
    with running_importer_alone(folder, make_migrated(), make_redis(), limits) as stack:
        yield stack.url


@pytest.fixture
def proxy(url: str) -> Iterator[TCPProxy]:
    proxy = TCPProxy(int(url.rpartition(":")[2]))
    yield proxy
    proxy.end()


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return write_video(tmp_path / "film.mp4", 30)


def listed(url: str, what: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = requests.get(f"{url}/api/importer/{what}", timeout=10).json()["items"]
    return items


def test_preview_shows_what_was_detected_and_the_first_rows_and_writes_nothing(url: str, tmp_path: Path) -> None:
    file = tmp_path / "типы.csv"
    file.write_bytes(TYPES.encode("cp1251"))
    before = listed(url, "batches")
    done = stackroom(url, "preview", str(file))
    assert done.code == 1
    assert "типы.csv: CSV in utf-8, delimiter ';', columns id, file_name, group, 3 rows\n" in done.out
    assert "operation load_types on the queue cpu, which no worker serves now\n" in done.out
    assert "1 row of 3 would be refused\n" in done.out
    assert "row  id  file_name  group\n1    10  epub 3     text\n2    x   fb2        text\n3    11  mobi" in done.out
    assert "row         code        would be refused\n2 (line 3)  wrong_type  " in done.out
    assert listed(url, "batches") == before


def test_preview_of_failed_rows_shows_the_rows_and_not_what_was_said_of_them(url: str) -> None:
    heads = "row,line,outcome,code,field,detail,id,name,comment,change,etag,dry_run"
    results = f"{heads}\n3,,failed,too_long,name,why,7,Maps,',,,\n"
    done = stackroom(url, "preview", "-", "--format", "csv", stdin=results.encode())
    assert done.out.endswith("\n\nrow  id  name\n1    7   Maps\n")


def test_import_without_an_operation_hints_at_it_where_the_columns_are_refused(url: str, tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_text("id,name\n7,Maps\n")
    hint = "no --operation was given; stackroom preview finds the one that a file fits best"
    assert hint in failed(url, "import", str(file)).err
    assert hint not in failed(url, "import", str(file), "--operation", "load_types").err


def test_what_is_said_of_a_file_is_passed_on_and_what_was_found_is_told(url: str, tmp_path: Path) -> None:
    file = tmp_path / "группы.csv.gz"
    file.write_bytes(gzip.compress("sep=;\nШифр|Полка||\n7|Проза||\n|||\n".encode("koi8-r")))
    told = ("--operation", "load_groups", "--delimiter", "|", "--columns", "Шифр:id,Полка:name")
    read = "CSV in koi8-r, delimiter '|', columns Шифр as id, Полка as name"
    over = "passed over: the line that names the delimiter, 2 empty columns, 1 empty row\n"
    seen = stackroom(url, "preview", str(file), *told, "--encoding", "koi8-r")
    assert (seen.code, read in seen.out, over in seen.out) == (0, True, True)
    sent = stackroom(url, "import", str(file), *told, "--encoding", "koi8-r")
    assert (sent.code, read in sent.err, f"stackroom: {over}" in sent.err) == (0, True, True)
    assert "(wrong_encoding)" in failed(url, "import", str(file), *told, "--encoding", "utf-8").err


def test_guessed_encoding_is_a_warning(url: str, tmp_path: Path) -> None:
    file = tmp_path / "groups.csv"
    file.write_bytes("id;name\n7;Научная литература\n".encode("cp1251"))
    for words in (("preview",), ("import", "--operation", "load_groups")):
        done = stackroom(url, *words, str(file))
        assert (done.code, "the encoding is a guess" in done.out + done.err) == (0, True)


def test_video_has_no_text_to_say_anything_of(url: str, film: Path) -> None:
    assert "is no table, and has no --encoding" in failed(url, "import", str(film), "--encoding", "utf-8").err


def test_preview_of_a_good_file_ends_with_0(url: str) -> None:
    words = ("preview", "-", "--format", "ndjson", "--operation", "normalize_record")
    assert "NDJSON in utf-8, 3 rows" in stackroom(url, *words, stdin=ndjson(3)).out
    found = stackroom(url, *words, "--json", stdin=ndjson(3))
    assert (found.code, json.loads(found.out)["rows_read"]) == (0, 3)


def test_preview_of_a_long_file_says_how_much_of_it_was_read(url: str) -> None:
    done = stackroom(url, "preview", "-", "--format", "ndjson", stdin=ndjson(20_000))
    assert (done.code, "1,000 of them read" in done.out) == (0, True)


def test_upload_prints_the_name_and_keeps_the_same_bytes_once(url: str, film: Path) -> None:
    first, again = (stackroom(url, "upload", str(film)) for _ in range(2))
    name = first.out.strip()
    assert (first.code, again.code, again.out) == (0, 0, first.out)
    assert "had these bytes already" in again.err
    assert requests.get(f"{url}/api/importer/media/{name}", timeout=10).content == film.read_bytes()
    assert json.loads(stackroom(url, "upload", "-", "--json", stdin=film.read_bytes()).out)["name"] == name


def test_video_is_imported_as_a_batch_that_names_its_upload(url: str, film: Path) -> None:
    words = ("import", str(film), "--key", "film")
    first, again = (stackroom(url, *words) for _ in range(2))
    assert (first.code, again.code, first.out) == (0, 0, again.out)
    assert "process_video, 1 row\n" in first.err
    assert "it was there already, under this key" in again.err
    name = stackroom(url, "upload", str(film)).out.strip()
    in_use = requests.delete(f"{url}/api/importer/media/{name}", timeout=10)
    assert (in_use.status_code, first.out.strip() in in_use.json()["detail"]) == (409, True)
    stackroom(url, "cancel", first.out.strip())


@pytest.mark.parametrize("operation", ["normalize_record", "no_such_operation"])
def test_video_for_an_operation_that_reads_none_is_not_sent(
    url: str, proxy: TCPProxy, film: Path, operation: str
) -> None:
    before, sent = listed(url, "media"), list[int]()
    proxy.uploaded = sent.append
    said = failed(proxy.url, "import", str(film), "--operation", operation).err
    assert said == f"stackroom: the operation {operation} reads no files as they are; these do: process_video\n"
    assert (max(sent) < 1000, listed(url, "media")) == (True, before)


@pytest.mark.parametrize("command", ["preview", "upload", "import"])
def test_file_that_is_too_large_is_not_sent(proxy: TCPProxy, tmp_path: Path, command: str) -> None:
    file = tmp_path / "records.ndjson"
    file.write_bytes(ndjson(50_000))
    assert file.stat().st_size > MOST
    sent: list[int] = []
    proxy.uploaded = sent.append
    done = stackroom(proxy.url, command, str(file))
    assert (done.code, done.out) == (2, "")
    assert f"the server takes at most {MOST:,}" in done.err
    assert max(sent) < 1000


def test_upload_whose_answer_is_lost_is_one_upload(url: str, proxy: TCPProxy, film: Path) -> None:
    before = len(listed(url, "media"))
    film.write_bytes(film.read_bytes() + b"another")
    proxy.lose_answers_to, proxy.losses = b"POST /api/importer/media", 1
    done = stackroom(proxy.url, "upload", str(film))
    assert (done.code, "trying again" in done.err) == (0, True)
    assert len(listed(url, "media")) == before + 1


def failed(url: str, *words: str, stdin: bytes = b"") -> Done:
    done = stackroom(url, *words, stdin=stdin)
    assert (done.code, done.out) == (2, "")
    return done


def test_file_that_the_server_refuses_ends_with_2_and_the_reason(url: str, tmp_path: Path) -> None:
    load = ("preview", "-", "--format", "csv", "--operation", "load_groups")
    assert "400 missing_column" in failed(url, *load, stdin=b"name\n").err
    assert "No such file" in failed(url, "upload", str(tmp_path / "none.mp4")).err
    assert "Say --format" in failed(url, "preview", "film.mp4").err
    for words in (("upload", "-"), ("import", "-", "--format", "video"), ("preview", "-", "--format", "ndjson")):
        assert "standard input is empty: there is nothing to send" in failed(url, *words, stdin=b"\xef\xbb\xbf\n").err


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"name": 1, "rows": [1], "refused": []}', b"null"])
def test_answer_that_is_no_preview_and_no_upload_is_told_as_such(body: bytes) -> None:
    server = ScriptedUpstream()
    server.script = reply(body=body)
    for words in (("preview", "-", "--format", "csv"), ("upload", "-")):
        assert "is that a Stackroom server?" in failed(server.url, *words, stdin=b"x").err
    server.close()
