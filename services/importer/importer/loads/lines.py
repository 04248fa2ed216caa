"""Outcome lines of a load: what a worker made of its rows goes out as items, and comes back as what became of them."""

from collections import Counter
from typing import Any

import msgspec

from importer.loads.catalog import CatalogAwayError, ItemOutcome
from stackroom_jobs.loads import Applied
from stackroom_jobs.outcomes import Outcome, failed_line, ok_line

_encoder = msgspec.json.Encoder()


class _Line(msgspec.Struct, gc=False):
    row: int
    outcome: str
    result: msgspec.Raw = msgspec.Raw(b"")


_decoder = msgspec.json.Decoder(_Line)


class LoadLines:
    """The lines of one chunk; those that failed in the worker stay as they are."""

    def __init__(self, output: str) -> None:
        self._output = output.encode()
        self._lines = _decoder.decode_lines(self._output)
        self._loaded = [line for line in self._lines if line.outcome == Outcome.OK]

    def items(self) -> bytes:
        """A JSON array of the rows that are to be applied."""
        return b"[" + b",".join(bytes(line.result) for line in self._loaded) + b"]"

    @property
    def is_empty(self) -> bool:
        return not self._loaded

    @property
    def is_single(self) -> bool:
        return len(self._loaded) == 1

    def applied(self, outcomes: list[ItemOutcome], dry_run: bool) -> "AppliedLines":
        """``outcomes`` are the catalog's, one per item in their order. CatalogAwayError where the numbers differ."""
        if len(outcomes) != len(self._loaded):
            raise CatalogAwayError(f"{len(self._loaded)} items were sent, {len(outcomes)} outcomes came back")
        became = [_line(line, outcome, dry_run) for line, outcome in zip(self._loaded, outcomes, strict=True)]
        text = _encoder.encode_lines(self._with_failed(became))
        failed = len(self._lines) - len(self._loaded) + sum("code" in outcome for outcome in outcomes)
        return AppliedLines(text.decode(), failed, Counter(outcome["outcome"] for outcome in outcomes))

    def _with_failed(self, became: list[Any]) -> list[Any]:
        """Every line in its order: those that were applied, and those that had failed before."""
        if len(self._loaded) == len(self._lines):
            return became
        loaded = iter(became)
        pairs = zip(self._lines, self._texts(), strict=True)
        return [next(loaded) if line.outcome == Outcome.OK else msgspec.Raw(text) for line, text in pairs]

    def _texts(self) -> list[bytes]:
        return self._output.splitlines()

    def refused(self, code: str, detail: str) -> "AppliedLines":
        """Every row that was to be applied fails."""
        outcomes: list[ItemOutcome] = [
            {"id": 0, "outcome": Outcome.FAILED, "code": code, "detail": detail} for _ in self._loaded
        ]
        return self.applied(outcomes, dry_run=False)


class AppliedLines(msgspec.Struct):
    """NDJSON, the number of failed lines, and how many rows the catalog changed in which way."""

    output: str
    failed_rows: int
    changes: Counter[str]


def _line(line: _Line, outcome: ItemOutcome, dry_run: bool) -> msgspec.Struct | msgspec.Raw:
    """To be encoded with many others at once."""
    if "code" in outcome:
        detail, field = outcome.get("detail", ""), outcome.get("field", "")
        return msgspec.Raw(failed_line(line.row, outcome["code"], detail, bytes(line.result), field).rstrip(b"\n"))
    result = Applied(outcome["id"], outcome["outcome"], outcome.get("etag"), dry_run)
    return ok_line(line.row, result)
