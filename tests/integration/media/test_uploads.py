"""Uploads through the real gateway: in forms, wrong, cut, slow, equal and long ones, and a full disk."""

import contextlib
import hashlib
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from tests.support.gateway.media import LIMIT, MEBIBYTE, MEDIA, PNG, Media, running_media
from tests.support.gateway.raw_http import RawConnection, exchange, request_bytes
from tests.support.servers.processes import Process
from tests.support.waiting import wait_until

FORM_OF_X = {"Content-Type": "multipart/form-data; boundary=x"}


def part(content: bytes, field: str) -> bytes:
    """A whole form with one file; the last seven bytes close it."""
    head = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="a.png"\r\n\r\n'
    return head.encode() + content + b"\r\n--x--\r\n"


def test_file_in_a_form_is_the_same_upload(media: Media) -> None:
    """As ``curl -F file=@film.mp4`` and a page's form send it."""
    content = os.urandom(3 * MEBIBYTE) + b"\r\n--xy"
    first, again = media.upload(part(content, "file"), Content_Type=FORM_OF_X["Content-Type"]), media.upload(content)
    assert (first.status, again.status) == (201, 200)
    assert first.json()["size"] == len(content)
    assert first.json()["name"] == again.json()["name"]


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
        assert str(9 * MEBIBYTE) in at_once.problem()["detail"]
        assert "retry-after" in at_once.headers
        assert media.files() == []
        with RawConnection(media.url) as connection:
            begin_upload(connection, 6 * MEBIBYTE, bytes(2 * MEBIBYTE))
            wait_until(media.files, 10, "the upload to begin")
            with pytest.raises(OSError, match="No space left"):
                (small_disk / "filler").write_bytes(bytes(5 * MEBIBYTE))
            connection.send(bytes(4 * MEBIBYTE))
            answer = connection.answer()
        assert answer is not None
        assert answer.status == 201, "its room was taken before, so that nobody else could use it up"
