"""Calls on batches, tasks and files that are not there, are over, or are not so far, through the gateway."""

import hashlib

import pytest
from sqlalchemy import text

from importer.database import make_engine
from importer.ledger.batch_end import close_finished, expire_old
from tests.support.gateway.refused import assert_refused
from tests.support.stacks.eager import BATCHES, EagerStack

MEDIA, STATUS = "/api/importer/media", "/api/importer/status"
RECORDS = {"records": [{"id": 1, "payload": "x"}, {"id": 2}]}
CALLS = {
    "read": ("GET", ""),
    "results": ("GET", "/results"),
    "csv": ("GET", "/results?format=csv"),
    "events": ("GET", "/events"),
    "cancel": ("POST", "/cancel"),
    "retry": ("POST", "/retry"),
    "undo": ("POST", "/undo"),
    "delete": ("DELETE", ""),
}


@pytest.fixture(scope="module")
def gone(stack: EagerStack) -> dict[str, str]:
    """A batch that was deleted, and one whose days are over."""
    deleted, old = (stack.post(BATCHES, RECORDS).json()["id"] for _ in range(2))
    assert stack.send("DELETE", f"{BATCHES}/{deleted}").status == 200
    engine = make_engine(stack.database, 1)
    close_finished(engine)
    with engine.connect() as connection:
        aged = "UPDATE importer.batch SET ended_at = now() - interval '31 days' WHERE id = :id"
        connection.execute(text(aged), {"id": old})
    assert expire_old(engine, 30) == 1
    engine.dispose()
    return {"deleted": deleted, "expired": old}


@pytest.mark.parametrize(("method", "rest"), CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("batch_id", ["0" * 24, "f" * 23, "nobody", "1", "A" * 64, "-", "__proto__"])
def test_call_on_a_batch_that_never_was_is_404(stack: EagerStack, method: str, rest: str, batch_id: str) -> None:
    assert_refused(stack.send(method, f"{BATCHES}/{batch_id}{rest}"), 404, "not_found")


@pytest.mark.parametrize(("method", "rest"), CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("batch_id", ["x" * 65, "a.b", "a%20b", "a%2Fb", "%E4%B8%80", "'; DROP TABLE batch", "a:b"])
def test_call_on_what_is_no_id_is_404(stack: EagerStack, method: str, rest: str, batch_id: str) -> None:
    target = f"{BATCHES}/{batch_id.replace(' ', '+')}{rest}"
    assert_refused(stack.send(method, target), 404, "not_found")


@pytest.mark.parametrize(("method", "rest"), CALLS.values(), ids=CALLS)
@pytest.mark.parametrize("how", ["deleted", "expired"])
def test_call_on_a_batch_that_is_over_is_410(
    stack: EagerStack, gone: dict[str, str], method: str, rest: str, how: str
) -> None:
    assert_refused(stack.send(method, f"{BATCHES}/{gone[how]}{rest}"), 410, "batch_expired")


@pytest.mark.parametrize("how", ["deleted", "expired"])
def test_tasks_of_a_batch_that_is_over_are_410(stack: EagerStack, gone: dict[str, str], how: str) -> None:
    for task_id in (gone[how], f"{gone[how]}.1"):
        assert_refused(stack.get(f"{STATUS}/{task_id}"), 410, "batch_expired")


@pytest.mark.parametrize(("method", "rest"), [CALLS[name] for name in ("retry", "undo", "delete")])
def test_call_on_a_batch_that_is_not_finished_is_409(stack: EagerStack, method: str, rest: str) -> None:
    batch_id = stack.waiting_batch("?operation=load_groups", ({"id": 1},))
    assert_refused(stack.send(method, f"{BATCHES}/{batch_id}{rest}"), 409, "not_finished")
    assert stack.get(f"{BATCHES}/{batch_id}").json()["state"] == "waiting_for_worker"


def test_batch_that_is_not_finished_is_read_and_cancelled_and_then_deleted(stack: EagerStack) -> None:
    path = f"{BATCHES}/{stack.waiting_batch()}"
    results = stack.get(f"{path}/results")
    assert (results.status, results.body) == (200, b"")
    for _ in range(2):
        assert stack.send("POST", f"{path}/cancel").json()["state"] == "cancelled"
    assert stack.send("DELETE", path).status == 200
    assert_refused(stack.send("DELETE", path), 410, "batch_expired")


def test_retry_of_what_did_not_fail_is_422(stack: EagerStack) -> None:
    batch_id = stack.post(BATCHES, {"records": RECORDS["records"][:1]}).json()["id"]
    assert_refused(stack.send("POST", f"{BATCHES}/{batch_id}/retry"), 422, "nothing_failed")


@pytest.mark.parametrize(
    ("query", "record", "code"),
    [
        ("", {"id": 1, "payload": "x"}, "no_load"),
        ("?operation=load_groups&dry_run=true", {"id": 7}, "nothing_created"),
        ("?operation=load_types", {"id": 7, "group": "nobody"}, "nothing_created"),
    ],
)
def test_undo_of_what_created_nothing_is_422(
    stack: EagerStack, query: str, record: dict[str, object], code: str
) -> None:
    batch_id = stack.post(BATCHES + query, {"records": [record]}).json()["id"]
    assert_refused(stack.send("POST", f"{BATCHES}/{batch_id}/undo"), 422, code)


def test_undo_of_an_undo_is_422(stack: EagerStack) -> None:
    batch_id = stack.post(f"{BATCHES}?operation=load_groups", {"records": [{"id": 77}]}).json()["id"]
    undo = stack.send("POST", f"{BATCHES}/{batch_id}/undo").json()
    assert undo["changes"] == {"removed": 1}
    assert_refused(stack.send("POST", f"{BATCHES}/{undo['id']}/undo"), 422, "no_load")


@pytest.mark.parametrize(
    ("method", "rest", "allow"),
    [
        ("PUT", "", "DELETE, GET, HEAD, OPTIONS"),
        ("POST", "", "DELETE, GET, HEAD, OPTIONS"),
        ("GET", "/retry", "OPTIONS, POST"),
        ("DELETE", "/undo", "OPTIONS, POST"),
        ("POST", "/results", "GET, HEAD, OPTIONS"),
    ],
)
def test_call_on_a_batch_by_another_method_is_405(stack: EagerStack, method: str, rest: str, allow: str) -> None:
    answer = stack.send(method, f"{BATCHES}/{'0' * 24}{rest}", b"" if method in ("PUT", "POST") else None)
    assert_refused(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == allow


TASKS = [
    "0" * 24, f"{'0' * 24}.1", "nobody", "6f9619ff-8b86-d011-b42d-00c04fc964ff", "1.2.3", ".1", "x" * 65, "x" * 90,
    "a%00b.1", "%F0%9F%98%80",
]  # fmt: skip


@pytest.mark.parametrize("task_id", TASKS)
def test_status_of_a_task_that_was_never_issued_is_404(stack: EagerStack, task_id: str) -> None:
    answer = stack.get(f"{STATUS}/{task_id}")
    assert_refused(answer, 404, "not_found")


@pytest.mark.parametrize("row", ["0", "3", "01", "99999999999", "-1", "x", "1.0"])
def test_status_of_a_row_that_a_batch_does_not_have_is_404(stack: EagerStack, row: str) -> None:
    batch_id = stack.post(BATCHES, RECORDS).json()["id"]
    assert stack.get(f"{STATUS}/{batch_id}.1").json()["state"] == "SUCCESS"
    assert stack.get(f"{STATUS}/{batch_id}.2").json()["state"] == "FAILURE"
    assert_refused(stack.get(f"{STATUS}/{batch_id}.{row}"), 404, "not_found")


DIGEST = hashlib.sha256(b"never sent").hexdigest()
FILES = {
    "unknown": (f"uploads/{DIGEST}.mp4", "GET", 404, "not_found"),
    "unknown-deleted": (f"uploads/{DIGEST}.mp4", "DELETE", 404, "not_found"),
    "capitals": (f"uploads/{DIGEST.upper()}.mp4", "GET", 404, "not_found"),
    "short": (f"uploads/{DIGEST[:63]}.mp4", "DELETE", 404, "not_found"),
    "long-ending": (f"uploads/{DIGEST}.matroska", "GET", 404, "not_found"),
    "no-ending": (f"uploads/{DIGEST}", "GET", 404, "not_found"),
    "two-endings": (f"uploads/{DIGEST}.tar.gz", "GET", 404, "not_found"),
    "folder": ("uploads", "GET", 404, "not_found"),
    "folder-with-slash": ("uploads/", "DELETE", 404, "not_found"),
    "picture-of-nobody": (f"results/{'0' * 24}/1/a.jpg", "GET", 404, "not_found"),
    "picture-of-row-none": (f"results/{'0' * 24}/x/a.jpg", "GET", 404, "not_found"),
    "picture-of-row-huge": (f"results/{'0' * 24}/{'9' * 20}/a.jpg", "GET", 404, "not_found"),
    "picture-is-not-deleted": (f"results/{'0' * 24}/1/a.jpg", "DELETE", 405, "method_not_allowed"),
    "picture-of-a-task": (f"tasks/{'0' * 24}/a.jpg", "GET", 404, "not_found"),
    "other-folder": (f"inner/{DIGEST}.mp4", "GET", 404, "not_found"),
    "write": (f"uploads/{DIGEST}.mp4", "PUT", 405, "method_not_allowed"),
    "16-dots": (f"uploads/../uploads/{DIGEST}.mp4", "GET", 404, "not_found"),
    "16-encoded-slash": (f"uploads%2f{DIGEST}.mp4", "GET", 404, "not_found"),
    "18-no-utf8": ("uploads/%ff.mp4", "GET", 404, "not_found"),
}


@pytest.mark.parametrize(("name", "method", "status", "code"), FILES.values(), ids=FILES)
def test_media_file_that_is_not_there_is_not_found(
    stack: EagerStack, name: str, method: str, status: int, code: str
) -> None:
    assert_refused(stack.send(method, f"{MEDIA}/{name}", b"" if method == "PUT" else None), status, code)


def test_picture_of_a_batch_that_is_over_is_410(stack: EagerStack, gone: dict[str, str]) -> None:
    assert_refused(stack.get(f"{MEDIA}/results/{gone['deleted']}/1/a.jpg"), 410, "batch_expired")


def test_upload_that_was_deleted_is_404_from_then_on(stack: EagerStack) -> None:
    name = stack.send("POST", MEDIA, b"short film", "application/octet-stream").json()["name"]
    assert stack.send("DELETE", f"{MEDIA}/{name}").json() == {"status": "deleted", "name": name}
    for method in ("GET", "DELETE"):
        assert_refused(stack.send(method, f"{MEDIA}/{name}"), 404, "not_found")


RANGES = {"bytes=10-": 416, "bytes=5-2": 416, "bytes=0-1,4-5": 416, "rows=1-2": 200, "bytes=a-b": 416}


@pytest.mark.parametrize("asked", RANGES)
def test_range_that_a_file_does_not_have_is_416_and_what_is_none_is_passed_over(stack: EagerStack, asked: str) -> None:
    name = stack.send("POST", MEDIA, b"0123456789", "application/octet-stream").json()["name"]
    answer = stack.send("GET", f"{MEDIA}/{name}", Range=asked)
    assert answer.status == RANGES[asked], answer
    if answer.status == 416:
        assert_refused(answer, 416, "range_not_satisfiable")
        assert answer.headers["content-range"] == "bytes */10"
