"""Outcome lines of a load: what a worker made of its rows goes out as items, and comes back as what became of them."""

from collections import Counter
from typing import Any

import msgspec

from stackroom_jobs.loads import Applied
from stackroom_jobs.outcomes import failed_line, ok_line

COUNTED = ("created", "updated", "unchanged", "skipped", "removed")
_encoder = msgspec.json.Encoder()


class _Line(msgspec.Struct):
    row: int
    outcome: str
    result: msgspec.Raw = msgspec.Raw(b"")


_decoder = msgspec.json.Decoder(_Line)


class LoadLines:
    """The lines of one chunk; those that failed in the worker stay as they are."""

    def __init__(self, output: str) -> None:
        self._texts = output.encode().splitlines()
        self._lines = [_decoder.decode(text) for text in self._texts]
        self._loaded = [line for line in self._lines if line.outcome == "ok"]

    def items(self) -> bytes:
        """A JSON array of the rows that are to be applied."""
        return b"[" + b",".join(bytes(line.result) for line in self._loaded) + b"]"

    @property
    def is_empty(self) -> bool:
        return not self._loaded

    @property
    def is_single(self) -> bool:
        return len(self._loaded) == 1

    def applied(self, outcomes: list[dict[str, Any]], dry_run: bool) -> "AppliedLines":
        """``outcomes`` are the catalog's, one per item in their order."""
        if len(outcomes) != len(self._loaded):
            raise ValueError(f"{len(self._loaded)} items were sent, {len(outcomes)} outcomes came back")
        became = {line.row: _line(line, outcome, dry_run) for line, outcome in zip(self._loaded, outcomes, strict=True)}
        pairs = zip(self._lines, self._texts, strict=True)
        text = b"".join(became.get(line.row, text + b"\n") for line, text in pairs)
        failed = len(self._lines) - len(self._loaded) + sum("code" in outcome for outcome in outcomes)
        return AppliedLines(text.decode(), failed, Counter(outcome["outcome"] for outcome in outcomes))

    def cut(self, first_row: int, last_row: int) -> str:
        """The lines of these rows."""
        pairs = zip(self._lines, self._texts, strict=True)
        return b"".join(text + b"\n" for line, text in pairs if first_row <= line.row <= last_row).decode()

    def refused(self, code: str, detail: str) -> "AppliedLines":
        """Every row that was to be applied fails."""
        outcomes = [{"outcome": "failed", "code": code, "detail": detail} for _ in self._loaded]
        return self.applied(outcomes, dry_run=False)


class AppliedLines(msgspec.Struct):
    """NDJSON, the number of failed lines, and how many rows the catalog changed in which way."""

    output: str
    failed_rows: int
    changes: Counter[str]

    def counts(self) -> dict[str, int]:
        return {name: self.changes[name] for name in COUNTED}


def _line(line: _Line, outcome: dict[str, Any], dry_run: bool) -> bytes:
    if "code" in outcome:
        detail, field = outcome.get("detail", ""), outcome.get("field", "")
        return failed_line(line.row, outcome["code"], detail, bytes(line.result), field)
    result = Applied(outcome["id"], outcome["outcome"], outcome.get("etag"), dry_run)
    return _encoder.encode(ok_line(line.row, result)) + b"\n"
