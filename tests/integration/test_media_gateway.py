"""Media in and out through the real gateway: uploads, ranges, hostile names, cut and slow senders, a full disk."""

import contextlib
import dataclasses
import hashlib
import json
import os
import subprocess
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.local.ports import LOOPBACK, free_port
from tests.support.gateway import running_gateway
from tests.support.processes import Process
from tests.support.raw_http import RawAnswer, RawConnection, exchange, request_bytes
from tests.support.services import running_service
from tests.support.videos import write_video
from tests.support.waiting import wait_until

MEDIA = "/api/importer/media"
MEBIBYTE = 1024 * 1024
LIMIT = 1200 * MEBIBYTE
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(200))
FORM_OF_X = {"Content-Type": "multipart/form-data; boundary=x"}


def part(content: bytes, field: str) -> bytes:
    """A whole form with one file; the last seven bytes close it."""
    head = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="a.png"\r\n\r\n'
    return head.encode() + content + b"\r\n--x--\r\n"


@dataclasses.dataclass
class Media:
    """The gateway's address, the folder of the files, and the processes that the bytes go through."""

    url: str
    root: Path
    service: Process
    gateway: Process

    def upload(self, content: bytes, **headers: str) -> RawAnswer:
        return exchange(
            self.url, "POST", MEDIA, {name.replace("_", "-"): one for name, one in headers.items()}, content
        )

    def name_of(self, content: bytes) -> str:
        answer = self.upload(content)
        assert answer.status in (200, 201), answer
        name: str = answer.json()["name"]
        return name

    def get(self, name: str, method: str = "GET", **headers: str) -> RawAnswer:
        sent = {header.replace("_", "-"): value for header, value in headers.items()}
        return exchange(self.url, method, f"{MEDIA}/{name}", sent)

    def files(self) -> list[str]:
        """Everything that lies there, but for the lock."""
        found = (str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_file())
        return sorted(name for name in found if name != ".lock")


@contextlib.contextmanager
def running_media(folder: Path, uri: str, broker: str, root: Path, **limits: str) -> Iterator[Media]:
    """Gateway, importer with one thread, and importer-media as a process of its own."""
    settings = {
        "SQLALCHEMY_DATABASE_URI": uri, "CELERY_BROKER_URL": broker, "MEDIA_DIR": str(root),
        "MAX_MEDIA_BYTES": str(LIMIT), "MIN_FREE_BYTES": "0", **limits,
    }  # fmt: skip
    threads = {"WEB_THREADS": "64"}
    with (
        running_service("importer.wsgi:app", folder, {**settings, "WEB_THREADS": "1"}) as (importer, _),
        running_service("importer.wsgi:app", folder, {**settings, **threads}) as (media, service),
        running_gateway(
            folder, f"http://{LOOPBACK}:{free_port()}", importer, {**settings, "MEDIA_URL": media}
        ) as (url, gateway),
    ):  # fmt: skip
        yield Media(url, root, service, gateway)


@pytest.fixture(scope="module")
def uri(make_migrated: Callable[[], str]) -> str:
    return make_migrated()


@pytest.fixture(scope="module")
def broker(make_redis: Callable[[], str]) -> str:
    return make_redis()


@pytest.fixture(scope="module")
def media(uri: str, broker: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Media]:
    folder = tmp_path_factory.mktemp("media-gateway")
    with running_media(folder, uri, broker, folder / "media") as running:
        yield running


def test_video_is_named_by_its_bytes_and_comes_back_as_it_was(media: Media, tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.mp4", 30).read_bytes()
    answer = media.upload(film, Content_Type="application/x-www-form-urlencoded")
    name = f"uploads/{hashlib.sha256(film).hexdigest()}.mp4"
    assert answer.status == 201
    assert answer.headers["location"] == f"{MEDIA}/{name}"
    found = answer.json()
    assert (found["name"], found["size"], found["type"], found["created"]) == (name, len(film), "video/mp4", True)
    got = media.get(name)
    assert (got.status, got.body) == (200, film)
    assert got.headers["content-type"] == "video/mp4"
    assert got.headers["content-disposition"].startswith("inline")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["accept-ranges"] == "bytes"


def test_upload_that_is_repeated_has_the_same_name(media: Media) -> None:
    first, again = media.upload(PNG + b"1"), media.upload(PNG + b"1", Content_Type="image/gif")
    assert (first.status, again.status) == (201, 200)
    assert first.json()["name"] == again.json()["name"]
    assert again.json()["created"] is False


def test_file_in_a_form_is_the_same_upload(media: Media) -> None:
    """As ``curl -F file=@film.mp4`` and a page's form send it."""
    content = os.urandom(3 * MEBIBYTE) + b"\r\n--xy"
    first, again = media.upload(part(content, "file"), Content_Type=FORM_OF_X["Content-Type"]), media.upload(content)
    assert (first.status, again.status) == (201, 200)
    assert first.json()["size"] == len(content)
    assert first.json()["name"] == again.json()["name"]


def test_head_says_the_size_and_sends_nothing(media: Media) -> None:
    answer = media.get(media.name_of(PNG), "HEAD")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", str(len(PNG)))


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("0-0", 0, 0), ("5-20", 5, 20), ("200-", 200, 207), ("-8", 200, 207), ("0-99999", 0, 207), ("-9999", 0, 207)],
)
def test_range_is_answered_with_its_bytes(media: Media, asked: str, first: int, last: int) -> None:
    answer = media.get(media.name_of(PNG), Range=f"bytes={asked}")
    if asked == "-9999":  # longer than the file: all of it, in one form or the other
        assert answer.body == PNG or answer.status == 416
        return
    assert (answer.status, answer.body) == (206, PNG[first : last + 1])
    assert answer.headers["content-range"] == f"bytes {first}-{last}/{len(PNG)}"
    assert answer.headers["content-length"] == str(last - first + 1)


@pytest.mark.parametrize("asked", ["bytes=208-", "bytes=5-1", "bytes=0-1,5-6", "lines=1-2", "bytes=x", "bytes=-0"])
def test_range_that_is_none_or_many_is_416_with_the_size(media: Media, asked: str) -> None:
    answer = media.get(media.name_of(PNG), Range=asked)
    assert (answer.status, answer.problem()["code"]) == (416, "range_not_satisfiable")
    assert answer.headers["content-range"] == f"bytes */{len(PNG)}"


def test_validators_decide_between_part_whole_and_nothing(media: Media) -> None:
    name = media.name_of(PNG)
    etag = media.get(name).headers["etag"]
    assert media.get(name, Range="bytes=0-3", If_Range=etag).status == 206
    whole = media.get(name, Range="bytes=0-3", If_Range='"another"')
    assert (whole.status, whole.body) == (200, PNG)
    same = media.get(name, If_None_Match=etag)
    assert (same.status, same.body) == (304, b"")


@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"text",
    ],
)
def test_what_is_no_picture_or_video_is_only_for_download(media: Media, content: bytes) -> None:
    answer = media.upload(content, Content_Type="text/html")
    assert answer.json()["name"].endswith(".bin")
    got = media.get(answer.json()["name"])
    assert (got.status, got.body) == (200, content)
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    [
        "../secret.jpg", "../../etc/passwd", "..%2fsecret.jpg", "%2e%2e/secret.jpg", "uploads/../../secret.jpg",
        "%00.jpg",
        "/etc/passwd", "uploads//x.jpg", "C:%5csecret.jpg", "..\\secret.jpg", ".incoming/x", ".lock", "film.mp4",
        "results/b/1/link.jpg", "uploads/missing.mp4", f"uploads/{'0' * 64}.mp4", "uploads", "uploads/", "x" * 3000,
    ],
)  # fmt: skip
def test_hostile_name_gives_nothing(media: Media, name: str) -> None:
    (media.root.parent / "secret.jpg").write_bytes(b"secret")
    media.root.mkdir(exist_ok=True)
    (media.root / "film.mp4").write_bytes(b"put here by hand, for workers alone")
    link = media.root / "results/b/1/link.jpg"
    link.parent.mkdir(parents=True, exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(media.root.parent / "secret.jpg")
    for method in ("GET", "DELETE"):
        answer = media.get(name, method)
        assert answer.status in (400, 404, 405), answer
        assert answer.problem()["code"] in {"bad_name", "bad_path", "not_found", "method_not_allowed"}
    assert (media.root.parent / "secret.jpg").exists()


@pytest.mark.parametrize(
    ("headers", "content", "status", "code"),
    [
        ({}, b"", 400, "empty_upload"),
        (FORM_OF_X, b"--x--\r\n", 400, "one_file"),
        (FORM_OF_X, part(b"", "file"), 400, "empty_upload"),
        (FORM_OF_X, part(PNG, "video"), 400, "one_file"),
        (FORM_OF_X, part(PNG, "file")[:-7] + part(PNG, "file"), 400, "one_file"),
        (FORM_OF_X, part(PNG, "file")[:-7], 400, "invalid_form"),
        ({"Content-Type": "multipart/form-data"}, part(PNG, "file"), 400, "invalid_form"),
        ({"Content-Encoding": "gzip"}, b"x", 415, "unsupported_content_encoding"),
        ({"Content-Length": str(LIMIT + 1)}, b"x", 413, "too_large"),
        ({"Content-Length": "many"}, b"x", 400, "bad_request"),
    ],
)
def test_wrong_upload_is_refused_by_name(
    media: Media, headers: dict[str, str], content: bytes, status: int, code: str
) -> None:
    before = media.files()
    answer = exchange(media.url, "POST", MEDIA, headers, content)
    assert (answer.status, answer.problem()["code"]) == (status, code)
    assert media.files() == before


def test_chunked_upload_is_refused(media: Media) -> None:
    with RawConnection(media.url) as connection:
        head = f"POST {MEDIA} HTTP/1.1\r\nHost: {connection.netloc}\r\nTransfer-Encoding: chunked\r\n\r\n"
        connection.send(head.encode() + b"1\r\nx\r\n0\r\n\r\n")
        answer = connection.answer()
    assert answer is not None
    assert (answer.status, answer.problem()["code"]) == (411, "length_required")


def begin_upload(connection: RawConnection, length: int, sent: bytes) -> None:
    head = request_bytes(connection.netloc, "POST", MEDIA, {"Content-Length": str(length)})
    connection.send(head + sent)


def test_upload_that_is_cut_leaves_nothing(media: Media) -> None:
    before = media.files()
    with RawConnection(media.url) as connection:
        begin_upload(connection, 10 * MEBIBYTE, bytes(3 * MEBIBYTE))
        wait_until(lambda: media.files() != before, 10, "the upload to begin")
        connection.end_sending()
        answer = connection.answer()
    assert answer is not None
    assert (answer.status, answer.problem()["code"]) == (400, "incomplete_body")
    wait_until(lambda: media.files() == before, 10, "its beginning to go")


def test_upload_whose_sender_vanishes_leaves_nothing(media: Media) -> None:
    before = media.files()
    with RawConnection(media.url) as connection:
        begin_upload(connection, 10 * MEBIBYTE, bytes(3 * MEBIBYTE))
        wait_until(lambda: media.files() != before, 10, "the upload to begin")
    wait_until(lambda: media.files() == before, 10, "its beginning to go")


def test_slow_uploads_keep_nobody_waiting(media: Media) -> None:
    """The importer has one thread here; forty senders hold none of it, and others still upload."""
    with contextlib.ExitStack() as stack:
        for _ in range(40):
            begin_upload(stack.enter_context(RawConnection(media.url)), 10 * MEBIBYTE, bytes(100))
        assert exchange(media.url, "GET", "/api/importer/batches").status == 200
        assert media.upload(PNG + b"in between").status == 201
    assert media.get(media.name_of(PNG)).status == 200


def test_many_equal_uploads_at_once_are_one_file(media: Media) -> None:
    content = PNG + os.urandom(300_000)
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: media.upload(content), range(50)))
    assert sorted({answer.status for answer in answers}) == [200, 201]
    assert sum(answer.status == 201 for answer in answers) == 1
    (name,) = {answer.json()["name"] for answer in answers}
    assert media.get(name).body == content
    assert [one for one in media.files() if one.startswith(".incoming")] == []


def page(media: Media, query: str) -> dict[str, Any]:
    answer = exchange(media.url, "GET", f"{MEDIA}?{query}")
    assert answer.status == 200, answer
    found: dict[str, Any] = answer.json()
    return found


def test_uploads_are_listed_by_pages_newest_first(media: Media) -> None:
    names = [media.name_of(PNG + f"page {number}".encode()) for number in range(3)]
    first = page(media, "limit=2")
    assert [one["name"] for one in first["items"]] == [names[2], names[1]]
    following = page(media, f"limit=2&after={first['next']}")
    assert following["items"][0]["name"] == names[0]
    everything = page(media, "limit=1000")
    assert everything["next"] is None
    assert everything["max_bytes"] == LIMIT
    assert everything["room_bytes"] > 0
    assert not any("film" in one["name"] or "results" in one["name"] for one in everything["items"])
    for query in ("limit=0", "after=x", "unknown=1"):
        assert exchange(media.url, "GET", f"{MEDIA}?{query}").status == 400


def test_upload_is_deleted_unless_an_open_batch_names_it(media: Media) -> None:
    name = media.name_of(PNG + b"to be deleted")
    body = json.dumps({"records": [{"id": 1, "payload": name}]}).encode()
    path = "/api/importer/batches"
    made = exchange(media.url, "POST", f"{path}?operation=process_video", {"Content-Type": "application/json"}, body)
    batch_id = made.json()["id"]
    refused = media.get(name, "DELETE")
    assert (refused.status, refused.problem()["code"]) == (409, "in_use")
    assert batch_id in refused.problem()["detail"]
    exchange(media.url, "POST", f"{path}/{batch_id}/cancel", {}, b"")
    deleted = media.get(name, "DELETE")
    assert (deleted.status, deleted.json()) == (200, {"status": "deleted", "name": name})
    assert media.get(name).status == media.get(name, "DELETE").status == 404


def peak_mebibytes(process: Process) -> float:
    """The largest resident set that a process or one of its children ever had."""
    found = psutil.Process(process.pid)
    status = [Path(f"/proc/{one.pid}/status").read_text() for one in (found, *found.children(recursive=True))]
    lines = [line for text in status for line in text.splitlines() if line.startswith("VmHWM:")]
    return max(int(line.split()[1]) for line in lines) / 1024


def test_long_upload_and_its_reading_hold_little_memory(media: Media) -> None:
    zeros, blocks = bytes(MEBIBYTE), 256
    digest = hashlib.sha256()
    with RawConnection(media.url, timeout=120) as connection:
        begin_upload(connection, blocks * MEBIBYTE, b"")
        for _ in range(blocks):
            connection.send(zeros)
            digest.update(zeros)
        answer = connection.answer()
    assert answer is not None
    assert answer.status == 201, answer
    name = answer.json()["name"]
    assert name == f"uploads/{digest.hexdigest()}.bin"
    assert media.get(name, Range=f"bytes={(blocks - 1) * MEBIBYTE}-").body == zeros
    with urllib.request.urlopen(f"{media.url}{MEDIA}/{name}") as whole:
        assert sum(len(block) for block in iter(lambda: whole.read(MEBIBYTE), b"")) == blocks * MEBIBYTE
    assert peak_mebibytes(media.service) < 130
    assert peak_mebibytes(media.gateway) < 130
    assert media.get(name, "DELETE").status == 200


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """8 MiB of memory as a disk."""
    root = tmp_path / "small"
    root.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(root)], check=False, capture_output=True
    )
    if done.returncode != 0:
        pytest.skip("a small disk can only be mounted as root")
    yield root
    subprocess.run(["umount", "--lazy", str(root)], check=True)


def test_full_disk_is_a_clear_refusal_and_leaves_nothing(
    small_disk: Path, uri: str, broker: str, tmp_path: Path
) -> None:
    with running_media(tmp_path, uri, broker, small_disk) as media:
        at_once = media.upload(bytes(9 * MEBIBYTE))
        assert (at_once.status, at_once.problem()["code"]) == (503, "disk_low")
        with RawConnection(media.url) as connection:
            begin_upload(connection, 6 * MEBIBYTE, bytes(2 * MEBIBYTE))
            wait_until(media.files, 10, "the upload to begin")
            (small_disk / "filler").write_bytes(bytes(5 * MEBIBYTE))
            connection.send(bytes(4 * MEBIBYTE))
            answer = connection.answer()
        assert answer is not None
        assert (answer.status, answer.problem()["code"]) == (503, "disk_low")
        assert "retry-after" in answer.headers
        wait_until(lambda: media.files() == ["filler"], 10, "the beginning to go")
        (small_disk / "filler").unlink()
        assert media.upload(bytes(6 * MEBIBYTE)).status == 201
