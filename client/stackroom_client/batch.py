"""A batch as the server describes it."""

import dataclasses
from typing import Any

from stackroom_client.errors import ExitCode, UsageError

FINAL = frozenset({"cancelled", "done", "done_with_errors"})
STATES = ("queued", "waiting_for_worker", "running", *sorted(FINAL))
_NEEDED: dict[str, type] = {"id": str, "operation": str, "queue": str, "state": str, "rows": int, "outcomes": dict}


@dataclasses.dataclass(frozen=True)
class Batch:
    """``raw`` is the object of ``GET /api/importer/batches/<id>``; fields that this client does not know stay in it."""

    raw: dict[str, Any]

    @classmethod
    def of(cls, value: Any) -> "Batch":
        """UsageError for a value that is no batch."""
        raw = value if isinstance(value, dict) else {}
        wrong = [name for name, kind in _NEEDED.items() if not isinstance(raw.get(name), kind)]
        if wrong:
            raise UsageError(f"the answer is no batch ({', '.join(wrong)} missing): is that a Stackroom server?")
        return cls(raw)

    @property
    def id(self) -> str:
        return str(self.raw["id"])

    @property
    def state(self) -> str:
        return str(self.raw["state"])

    @property
    def rows(self) -> int:
        return int(self.raw["rows"])

    @property
    def outcomes(self) -> dict[str, int]:
        return dict(self.raw["outcomes"])

    @property
    def changes(self) -> dict[str, int]:
        """Empty for what changes nothing in the catalogue."""
        return dict(self.raw.get("changes") or {})

    @property
    def options(self) -> dict[str, Any]:
        return dict(self.raw.get("options") or {})

    @property
    def pending(self) -> int:
        return self.outcomes.get("pending", 0)

    @property
    def progress(self) -> float:
        """From 0 to 1; parts of long records count as well, where the server tells them."""
        done = (self.rows - self.pending) / self.rows if self.rows else 1.0
        return float(self.raw.get("progress", done))

    @property
    def at_hand(self) -> str:
        """How far the long records are that workers have now; nothing where nobody tells."""
        told = self.raw.get("at_hand")
        if not isinstance(told, dict):
            return ""
        return f"{told.get('current', 0):,} of {told.get('total', 0):,} {told.get('unit', '')}".rstrip()

    @property
    def is_dry_run(self) -> bool:
        return bool(self.options.get("dry_run"))

    @property
    def is_final(self) -> bool:
        return self.state in FINAL

    @property
    def exit_code(self) -> ExitCode:
        """What has not ended has not gone wrong."""
        return ExitCode.WITH_ERRORS if self.is_final and self.state != "done" else ExitCode.DONE

    @property
    def sender(self) -> str:
        """Who sent it, and whether by a token; nothing where nobody was asked."""
        sent_by = self.raw.get("sent_by")
        if not isinstance(sent_by, dict) or sent_by.get("kind") == "local":
            return ""
        return f"{sent_by.get('name', '?')}{' (token)' if sent_by.get('kind') == 'token' else ''}"

    @property
    def label(self) -> str:
        """The operation, and what is special about this batch."""
        marks = {"dry run": self.is_dry_run, "undo": self.raw.get("undo_of"), "retry": self.raw.get("retry_of")}
        special = ", ".join(name for name, holds in marks.items() if holds)
        return f"{self.raw['operation']} ({special})" if special else str(self.raw["operation"])
