"""All cases, by their names."""

from collections.abc import Callable, Mapping

from stackroom_jobs.conformance import chunks, descriptions, functions, queues
from stackroom_jobs.conformance.subject import Subject

Case = Callable[[Subject], None]


def _cases() -> Mapping[str, Case]:
    """Of each module the public functions that it defines and that take a subject alone."""
    found: dict[str, Case] = {}
    for module in (descriptions, functions, chunks, queues):
        for name, value in vars(module).items():
            is_own = getattr(value, "__module__", "") == module.__name__
            if is_own and getattr(value, "__annotations__", None) == {"subject": Subject, "return": None}:
                found[name] = value
    return found


CASES = _cases()
