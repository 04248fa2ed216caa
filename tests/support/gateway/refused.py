"""What every refusal has in common, whichever service it comes from."""

from typing import Any

from tests.support.gateway.raw_http import RawAnswer

INSIDE = (b"Traceback", b"psycopg2", b"sqlalchemy", b"SELECT", b'File "', b"/tmp")


def assert_refused(answer: RawAnswer | None, status: int | tuple[int, ...], code: str = "") -> dict[str, Any]:
    """The problem, which has one of these statuses and this code, and shows nothing of the inside."""
    assert answer is not None, "the connection was closed without an answer"
    statuses = status if isinstance(status, tuple) else (status,)
    problem = answer.problem()
    assert answer.status in statuses, problem
    assert code in ("", problem["code"]), problem
    assert answer.headers["x-request-id"]
    assert not any(word in answer.body for word in INSIDE), answer.body
    return problem
