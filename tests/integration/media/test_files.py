"""Media files through the real gateway: names, ranges, hostile names, lists, removal."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.gateway.media import LIMIT, MEDIA, PNG, Media
from tests.support.gateway.raw_http import exchange
from tests.support.videos.files import write_video


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


@pytest.mark.parametrize("asked", ["bytes=208-", "bytes=5-1", "bytes=0-1,5-6", "bytes=x", "bytes=-0"])
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
