"""An operation under test, with the records that it is tried with."""

import dataclasses
import functools
import inspect
from collections.abc import Sequence
from typing import Any, NoReturn

import msgspec

from stackroom_jobs.conformance.samples import Json, edge_records, plain_record
from stackroom_jobs.context import Context, context_without_worker
from stackroom_jobs.operation import Operation
from stackroom_jobs.outcomes import RecordError
from stackroom_kit.schema import Schema


class NotConformant(AssertionError):
    """A promise that is not kept: one line that names the file and says what to do."""


@dataclasses.dataclass(frozen=True)
class Ran:
    """What became of one record: a result, or the error that refuses it."""

    result: Any = None
    error: RecordError | None = None

    def written(self) -> bytes:
        """To be compared."""
        if self.error is not None:
            return f"{self.error.code}: {self.error.detail}".encode()
        return msgspec.json.encode(self.result)


@dataclasses.dataclass(frozen=True)
class Subject:
    """``examples`` are the author's own records; ``given`` has the settings and the media files that they need."""

    operation: Operation
    examples: Sequence[Json] = ()
    given: Context = dataclasses.field(default_factory=context_without_worker)

    @functools.cached_property
    def file(self) -> str:
        function = self.operation.function_here()
        found = function if inspect.isroutine(function) else type(function)
        return f"{inspect.getsourcefile(found)}:{inspect.getsourcelines(found)[1]}"

    @property
    def takes_every_object(self) -> bool:
        """As ``load`` does: only the importer knows what a record of each resource is."""
        record = self.operation.record
        return not (isinstance(record, type) and issubclass(record, msgspec.Struct))

    def failure(self, sentence: str) -> NotConformant:
        return NotConformant(f"{self.file}: {self.operation.name}: {sentence}")

    def fail(self, sentence: str) -> NoReturn:
        raise self.failure(sentence)

    def need(self, holds: object, sentence: str) -> None:
        if not holds:
            self.fail(sentence)

    @functools.cached_property
    def record_schema(self) -> Schema:
        return Schema.of_json(self.operation.description.record)

    @functools.cached_property
    def result_schema(self) -> Schema:
        return Schema.of_json(self.operation.description.result)

    @functools.cached_property
    def usual(self) -> list[Json]:
        """The author's examples, else what the schema gives."""
        return [*self.examples] or [plain_record(self.record_schema)]

    @functools.cached_property
    def records(self) -> list[Json]:
        """These and the edges of the schema."""
        return [*self.usual, *edge_records(self.record_schema)]

    def context(self) -> Context:
        """A new one, as for each chunk."""
        return dataclasses.replace(self.given)

    def record(self, written: Json) -> Any:
        """As a worker decodes it. msgspec.ValidationError."""
        return msgspec.json.decode(msgspec.json.encode(written), type=self.operation.record)

    def run(self, written: Json, context: Context | None = None) -> Ran:
        return self.run_record(self.record(written), context)

    def run_record(self, record: Any, context: Context | None = None) -> Ran:
        """Every exception but RecordError is the caller's."""
        try:
            return Ran(self.operation.function_here()(record, context or self.context()))
        except RecordError as error:
            return Ran(error=error)
