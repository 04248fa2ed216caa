"""Many large requests at once on a small disk: together they leave free what must stay free."""

import contextlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from stackroom_kit.disk_room import free_bytes
from tests.support.gateway.media import MEDIA, running_media
from tests.support.gateway.process import running_gateway
from tests.support.gateway.raw_http import RawAnswer, RawConnection, request_bytes
from tests.support.gateway.scripted_upstream import ScriptedUpstream
from tests.support.servers.small_disk import mounted
from tests.support.waiting import wait_until

MEBIBYTE = 1024 * 1024
DISK, BODY, KEPT, SENDERS = 24 * MEBIBYTE, 6 * MEBIBYTE, 8 * MEBIBYTE, 6  # so that two have room


@pytest.fixture
def upstream() -> Iterator[ScriptedUpstream]:
    server = ScriptedUpstream()
    yield server
    server.close()


def has_less_than(folder: Path, size: int) -> bool:
    return free_bytes(folder) <= size


def send_at_once(url: str, target: str, folder: Path, refused: bytes = b"") -> tuple[list[RawAnswer], int]:
    """The first two stop half way until the others have their answers. All answers, and the least that was free.

    ``refused`` is what the others send of their bodies.
    """
    with contextlib.ExitStack() as stack:
        senders = [stack.enter_context(RawConnection(url)) for _ in range(SENDERS)]
        for number, sender in enumerate(senders):
            headers = {"Content-Length": str(BODY), "Content-Type": "application/octet-stream"}
            sender.send(request_bytes(sender.netloc, "POST", target, headers))
            if number >= 2:
                sender.send(refused)
            else:
                sender.send(bytes([number]) * (BODY // 2))
                wait_until(partial(has_less_than, folder, DISK - (number + 1) * BODY), 10, "its room to be taken")
        least = free_bytes(folder)
        answers = [sender.answer() for sender in senders[2:]]
        for number, sender in enumerate(senders[:2]):
            sender.send(bytes([number]) * (BODY // 2))
        answers = [*(sender.answer() for sender in senders[:2]), *answers]
        return [answer for answer in answers if answer is not None], min(least, free_bytes(folder))


def check(answers: list[RawAnswer], least: int, good: int) -> None:
    assert [answer.status for answer in answers] == [good] * 2 + [503] * (SENDERS - 2)
    for refused in answers[2:]:
        assert refused.problem()["code"] == "disk_low"
        assert str(KEPT) in refused.problem()["detail"]
        assert "retry-after" in refused.headers
    assert least >= KEPT


def test_gateway_takes_the_room_of_a_body_before_it_reads_it(upstream: ScriptedUpstream, tmp_path: Path) -> None:
    env = {"MIN_FREE_BYTES": str(KEPT), "WEB_PROCESSES": "2"}
    with (
        mounted(tmp_path / "spool", DISK // MEBIBYTE) as disk,
        running_gateway(tmp_path, upstream.url, upstream.url, {**env, "TMPDIR": str(disk.folder)}) as (url, _),
    ):
        check(*send_at_once(url, "/api/groups/bulk", disk.folder), 200)
        wait_until(lambda: free_bytes(disk.folder) > DISK - MEBIBYTE, 10, "the room to be given back")


def test_room_of_a_gateway_that_is_killed_is_free_again(upstream: ScriptedUpstream, tmp_path: Path) -> None:
    with mounted(tmp_path / "spool", DISK // MEBIBYTE) as disk:
        env = {"MIN_FREE_BYTES": str(KEPT), "TMPDIR": str(disk.folder)}
        with running_gateway(tmp_path, upstream.url, upstream.url, env) as (url, process), RawConnection(url) as sender:
            headers = {"Content-Length": str(2 * BODY)}
            sender.send(request_bytes(sender.netloc, "POST", "/api/groups/bulk", headers) + b"x")
            wait_until(lambda: free_bytes(disk.folder) < DISK - BODY, 10, "its room to be taken")
            process.kill()
        wait_until(lambda: free_bytes(disk.folder) > DISK - MEBIBYTE, 10, "the room to be free")


def test_uploads_of_media_take_their_room_before_they_come(migrated: str, redis_url: str, tmp_path: Path) -> None:
    with (
        mounted(tmp_path / "media", DISK // MEBIBYTE) as disk,
        running_media(tmp_path, migrated, redis_url, disk.folder, MIN_FREE_BYTES=str(KEPT)) as media,
    ):
        check(*send_at_once(media.url, MEDIA, disk.folder, bytes(BODY)), 201)
        assert len(media.files()) == 2
