"""What Celery keeps of a task, as the five states that clients know."""

from typing import Any

from importer.task_answers import TaskProgress, TaskStatus

MAX_ERROR_CHARACTERS = 600
WAITING = frozenset({"PENDING", "RECEIVED"})
ENDED_BADLY = frozenset({"FAILURE", "REVOKED"})


def status_of(task_id: str, meta: dict[str, Any]) -> TaskStatus:
    """``meta`` as Celery wrote it; a state that a task made up is PROGRESS."""
    state, value = meta.get("status"), meta.get("result")
    if state == "SUCCESS":
        return TaskStatus(task_id, "SUCCESS", _meta({"current": 1, "total": 1}), result=value)
    if state in ENDED_BADLY:
        return TaskStatus(task_id, state, _meta({}), error=_error(value))
    return TaskStatus(task_id, "PENDING" if state in WAITING else "PROGRESS", _meta(value))


def unreadable(task_id: str) -> TaskStatus:
    return TaskStatus(task_id, "FAILURE", _meta({}), error="what is kept of its result cannot be read")


def _error(value: Any) -> str:
    kept = value if isinstance(value, dict) else {}
    words = kept.get("exc_message")
    parts = words if isinstance(words, list) else [words]
    return failure_text(str(kept.get("exc_type", "Exception")), ", ".join(str(part) for part in parts if part))


def failure_text(kind: str, message: str) -> str:
    """``ValueError: no address``, cut; nothing of the traceback."""
    if kind == "NotRegistered":
        return f"the worker of its queue has no task {message[:MAX_ERROR_CHARACTERS].strip(chr(39))}"
    text = f"{kind}: {message}" if message else kind
    return text if len(text) <= MAX_ERROR_CHARACTERS else text[:MAX_ERROR_CHARACTERS] + "…"


def _meta(value: Any) -> TaskProgress:
    """What a task said of its progress by ``update_state``, as far as it is that."""
    given = value if isinstance(value, dict) else {}
    current, total = (
        given[name] if type(given.get(name)) is int and given[name] >= 0 else default
        for name, default in (("current", 0), ("total", 1))
    )
    return TaskProgress(current, total, min(100, 100 * current // max(total, 1)))
