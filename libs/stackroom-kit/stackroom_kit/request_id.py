"""The id that ties a client's request to every log line it causes, in whatever process."""

import contextvars
import re
import uuid

HEADER = "X-Request-ID"
_ALLOWED = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_current: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="-")


def current_request_id() -> str:
    """The id of the request or task at hand, ``-`` outside of one."""
    return _current.get()


def set_request_id(request_id: str) -> None:
    _current.set(request_id)


def accepted_or_new(offered: str | None) -> str:
    """The client's own id where it is plain text of at most 64 characters, else a new one."""
    return offered if offered and _ALLOWED.fullmatch(offered) else uuid.uuid4().hex
