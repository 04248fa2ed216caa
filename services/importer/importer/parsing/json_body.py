"""A JSON body that holds ``records``, read in blocks. A wrong record is refused alone, a body that is no JSON whole."""

from collections.abc import Iterator
from typing import Any

import msgspec

from importer.parsing.checker import RecordChecker
from importer.parsing.json_scan import BrokenJSONError, JSONScanner
from importer.parsing.refusal import RecordFault, Refusal
from importer.parsing.rows import RowBlock
from importer.parsing.spool import BLOCK_BYTES, Spooled
from importer.problems import RECORDS_MISSING, UNKNOWN_FIELD
from stackroom_kit.json_struct import WRONG_BODY
from stackroom_kit.problems import Problem
from stackroom_kit.strict_json import DUPLICATE_KEY, INVALID_JSON, StrictJSONError, loads

EXPLAINED_BYTES = 1024 * 1024  # of a longer body only the place of the fault is said
LIST_ROWS = 10_000  # of wrong records, which take much more memory than they have bytes
OPTIONS: dict[str, type] = {"source": str, "enqueue": bool}


class JSONBody:
    """``{"records": [...]}``; ``options`` are the other members that are allowed, known when the records are read.

    Without options, the list of records may also stand alone (``takes_list``).
    """

    def __init__(
        self,
        spooled: Spooled,
        checker: RecordChecker,
        allowed: frozenset[str] = frozenset(),
        *,
        takes_list: bool = False,
    ) -> None:
        self._spooled = spooled
        self._checker = checker
        self._allowed = allowed
        self._takes_list = takes_list
        self._scanner = JSONScanner(spooled.file, checker.max_bytes)
        self.options: dict[str, Any] = {}

    def blocks(self) -> Iterator[RowBlock]:
        """Records and Refusals in input order. Problem 400 where the body as a whole is wrong."""
        scanner = self._scanner
        self._spooled.file.seek(0)
        try:
            for _ in self._lists():
                behind = self._opened()
                while behind == b",":
                    run = scanner.members()
                    records = self._checker.members(run) if run else None
                    if records is None:
                        records, behind = self._one_by_one(len(run))
                    else:
                        scanner.skip(len(run))
                        behind = scanner.take(b",", b"]")
                    yield RowBlock(records)
            if scanner.peek():
                raise scanner.broken()
        except BrokenJSONError as error:
            raise self._explained(error) from None

    def _lists(self) -> Iterator[None]:
        """Stops before the list of records, keeps the other members, and ends behind the body."""
        if self._takes_list and self._scanner.peek() == b"[":
            yield
            return
        seen: set[str] = set()
        before = self._scanner.take(b"{")
        if self._scanner.peek() == b"}":
            before = self._scanner.take(b"}")
        while before != b"}":
            name = self._name(seen)
            if name == "records":
                yield
            else:
                self._keep_option(name)
            before = self._scanner.take(b",", b"}")
        if "records" not in seen:
            raise RECORDS_MISSING.at("/records", "The body must hold a list named records.")

    def _opened(self) -> bytes:
        """Into the list: a comma as before every record, or its last bracket where it is empty."""
        if self._scanner.peek() != b"[":
            raise self._no_list()
        self._scanner.take(b"[")
        return self._scanner.take(b"]") if self._scanner.peek() == b"]" else b","

    def _name(self, seen: set[str]) -> str:
        raw = self._scanner.key()
        try:
            name: str = msgspec.json.decode(b'"' + raw + b'"', type=str)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise self._scanner.broken() from None
        if name in seen:
            raise DUPLICATE_KEY.at("", f"The key {name[:50]!r} stands twice in one object.")
        if name in OPTIONS and name not in self._allowed:
            raise UNKNOWN_FIELD.at(f"/{name}", "The body may hold records only; options are query parameters.")
        if name != "records" and name not in OPTIONS:
            raise UNKNOWN_FIELD.at(f"/{name[:50]}", f"The body has an unknown field {name[:50]!r}.")
        seen.add(name)
        return name

    def _keep_option(self, name: str) -> None:
        raw = self._scanner.value()
        if raw is None:
            raise WRONG_BODY.at(f"/{name}", f"{name} is too long.")
        try:
            self.options[name] = msgspec.json.decode(raw, type=OPTIONS[name])
        except msgspec.ValidationError as error:
            raise WRONG_BODY.at(f"/{name}", f"{error}.") from None
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise self._scanner.broken() from None

    def _no_list(self) -> Exception:
        raw = self._scanner.value()
        if raw is not None and not self._is_json(raw):
            return self._scanner.broken()
        return WRONG_BODY.at("/records", "records must be a list.")

    def _one_by_one(self, size: int) -> tuple[list[Any], bytes]:
        """Records for about ``size`` bytes (0: for a block), and what stands behind the last of them."""
        items: list[Any] = []
        behind = b","
        taken = 0
        while behind == b"," and taken <= (size or BLOCK_BYTES) and len(items) < LIST_ROWS:
            raw = self._scanner.value()
            taken += len(raw or b"") + 1
            items.append(self._checked(raw))
            behind = self._scanner.take(b",", b"]")
        return items, behind

    def _checked(self, raw: bytes | None) -> Any:
        if raw is None:
            detail = f"The record has more than {self._checker.max_bytes} bytes."
            return Refusal(RecordFault.RECORD_TOO_LONG, detail, "", b"")
        if not self._is_json(raw):
            raise self._scanner.broken()
        return self._checker.check(raw)

    def _is_json(self, raw: bytes) -> bool:
        try:
            msgspec.json.decode(raw, type=msgspec.Raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return False
        return True

    def _explained(self, error: BrokenJSONError) -> Problem:
        """What strict JSON says of a body that is not too long to be read whole."""
        if self._spooled.size <= EXPLAINED_BYTES:
            self._spooled.file.seek(0)
            try:
                loads(self._spooled.file.read())
            except StrictJSONError as found:
                return found.kind.at("", found.detail)
            return WRONG_BODY.at("", "The body must be an object that holds a list named records.")
        return INVALID_JSON.at("", str(error))
