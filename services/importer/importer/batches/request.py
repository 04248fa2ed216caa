"""What a post of a batch asks for: its options from the query, its records from the body."""

import dataclasses
import json
import re
from typing import Any

from flask import request

from importer.batches.file_options import FILE_PARAMETERS, FileOptions, file_options
from importer.problems import CATALOG_UNAVAILABLE, UNKNOWN_OPERATION, WRONG_OPTION, WRONG_QUEUE
from importer.registry.loads import resource_of
from importer.services import services
from stackroom_jobs.operation import Operation
from stackroom_jobs.queues import QUEUE_WORD
from stackroom_kit.arguments import (
    BAD_TEXT,
    MAX_TEXT,
    choice_argument,
    choice_parameter,
    text_argument,
    text_parameter,
)
from stackroom_kit.authorization import require_rights
from stackroom_kit.idempotency import key_parameter
from stackroom_kit.rights import Right

LISTED = "one of those that `GET /operations` lists."
DEFAULT_OPERATION = "normalize_record"
DEFAULT_SOURCE = "unspecified"
ON_CONFLICT = ("fail", "skip", "update")
LOAD_OPTIONS = ("on_conflict", "dry_run")
BOOLEANS = ("true", "false")
# No control characters, no spaces but the plain one, nothing that is not seen or turns text.
SOURCE = (
    r"[^\x00-\x1f\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff\ufff0-\uffff]"
    rf"{{1,{MAX_TEXT}}}"
)
_SOURCE = re.compile(SOURCE)
SOURCE_EXPECTED = f"source must have 1 to {MAX_TEXT} printable characters."
QUEUE = text_parameter("queue", "One of the queues that the operation is declared for.", pattern=f"^{QUEUE_WORD}$")
BATCH_PARAMETERS = (
    text_parameter("operation", f"What is done with each record: {LISTED}", default=DEFAULT_OPERATION),
    text_parameter("source", "Where the records come from.", pattern=f"^{SOURCE}$", default=DEFAULT_SOURCE),
    QUEUE,
    choice_parameter("on_conflict", "Loads: what a row does that is there.", "fail", ON_CONFLICT),
    choice_parameter("dry_run", "Loads: go the whole way and change nothing.", "false", BOOLEANS),
    *FILE_PARAMETERS,
    key_parameter("The same key and bytes give the same batch."),
)


@dataclasses.dataclass(frozen=True)
class BatchOptions:
    """``own`` are those that only loads have: what becomes of a row that is there, and whether all is only tried."""

    operation: Operation
    source: str
    queue: str
    own: dict[str, Any]
    file: FileOptions

    def digest_prefix(self) -> bytes:
        """What makes two posts the same beside their bytes."""
        parts = [self.operation.name, self.source, self.queue, *filter(None, (self.own, *self.file.parts()))]
        return json.dumps(parts, ensure_ascii=False).encode() + b"\n"


def operation_named(name: str) -> Operation:
    """For whoever may send it: Problem 403, and 422 for one that nobody knows.

    503 for a load, until the catalog has said what it holds.
    """
    registry = services().registry
    operation = registry.get(name)
    if operation is None and resource_of(name) is not None and not registry.knows_resources():
        raise CATALOG_UNAVAILABLE("The catalog has not told yet what it holds, so nothing can be loaded.")
    if operation is None:
        known = ", ".join(sorted(one.name for one in registry.all()))
        detail = f"There is no operation {name[:50]!r}; known: {known}."
        raise UNKNOWN_OPERATION.at("?operation", detail)
    require_rights(operation.description.right)
    return operation


def right_asked_for() -> tuple[Right, ...]:
    """Of the operation that the query names, if somebody knows it."""
    operation = services().registry.get(request.args.get("operation", DEFAULT_OPERATION))
    return () if operation is None else (operation.description.right,)


def queue_for(operation: Operation, name: str | None) -> str:
    """The named queue if the operation is declared for it, else its first one."""
    allowed = operation.queues
    if name is None:
        return allowed[0]
    if name not in allowed:
        detail = f"{operation.name} runs on: {', '.join(allowed)}."
        raise WRONG_QUEUE.at("?queue", detail)
    return name


def load_options(operation: Operation) -> dict[str, Any]:
    """Nothing for an operation that loads nothing; 422 where they are asked for all the same."""
    if operation.loads is not None:
        dry_run = choice_argument("dry_run", "false", BOOLEANS) == "true"
        return {"on_conflict": choice_argument("on_conflict", "fail", ON_CONFLICT), "dry_run": dry_run}
    for name in LOAD_OPTIONS:
        if name in request.args:
            detail = f"{operation.name} loads nothing into the catalog, so it has no {name}."
            raise WRONG_OPTION.at(f"?{name}", detail)
    return {}


def is_source(text: str) -> bool:
    return _SOURCE.fullmatch(text) is not None


def batch_options() -> BatchOptions:
    """Problem 400 or 422 for what the query asks and cannot have."""
    operation = operation_named(str(text_argument("operation", DEFAULT_OPERATION)))
    source = str(text_argument("source", DEFAULT_SOURCE))
    if not is_source(source):
        raise BAD_TEXT.at("?source", SOURCE_EXPECTED)
    queue = queue_for(operation, text_argument("queue"))
    return BatchOptions(operation, source, queue, load_options(operation), file_options(services().registry.fields))
