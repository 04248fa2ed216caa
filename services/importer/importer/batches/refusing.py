"""Of a body most of whose rows are wrong, something else is wrong: it is refused whole, with its first reasons."""

from collections.abc import Callable

from importer.parsing.checker import Refusal
from importer.problems import TOO_MANY_REFUSED
from stackroom_kit.problems import FieldError, Problem

MAX_REASONS = 100
Refuse = Callable[[int, Refusal], None]


class RefusedRows:
    """Passes refused rows on to ``refuse`` and counts them. Problem 422 for one more than ``most``."""

    def __init__(self, refuse: Refuse, most: int) -> None:
        self._refuse, self._most = refuse, most
        self._reasons: list[FieldError] = []
        self._rows = 0

    def __call__(self, row: int, refusal: Refusal) -> None:
        self._rows += 1
        if len(self._reasons) < MAX_REASONS:
            self._reasons.append(_reason(row, refusal))
        if self._rows > self._most:
            raise self._too_many()
        self._refuse(row, refusal)

    def _too_many(self) -> Problem:
        detail = f"More than {self._most} rows are wrong, so nothing of it was taken; here are the first reasons."
        return TOO_MANY_REFUSED(detail, *self._reasons)


def _reason(row: int, refusal: Refusal) -> FieldError:
    """The pointer is that of the row in a list of records, whatever form the body has."""
    line = f" (line {refusal.file_line})" if refusal.file_line else ""
    pointer = f"/records/{row - 1}/{refusal.field}".rstrip("/")
    return FieldError(pointer, refusal.code, f"Row {row}{line}: {refusal.detail}")
