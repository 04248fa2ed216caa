"""An operation: what is done with every row of a batch. One file declares it: two structs and a function.

@operation(queue="cpu", rows=(1000, 2500))
def extract_isbn(record: Text, context: Context) -> Isbn: ...
"""

import dataclasses
import functools
import typing
from collections.abc import Callable
from typing import Any, TypedDict, TypeVar, Unpack

import msgspec

from stackroom_jobs.context import Context
from stackroom_jobs.description import ROWS, Description, JSONSchema, task_name_of
from stackroom_kit.schema import Schema, SchemaError

__all__ = ["Description", "Function", "Operation", "OperationError", "describe", "operation", "operation_of"]
Function = Callable[[Any, Context], Any]  # one record gives its result, a struct


class OperationError(Exception):
    """An operation that cannot be one, in a sentence that begins with its name."""


@dataclasses.dataclass(frozen=True, eq=False)
class Operation:
    """A description with the types that records and results are decoded into. Equal is only what is the same one.

    ``function`` is None where this process has none: in the importer, and of one that ``describe`` made.
    """

    description: Description
    record: Any  # a type that msgspec decodes: a struct, but for `load`, which takes every object
    result: Any
    function: Function | None = None

    @classmethod
    def of_description(cls, description: Description) -> "Operation":
        """One of which only the description is known."""
        record, result = (Schema.of_json(schema).struct for schema in (description.record, description.result))
        return cls(description, record, result)

    def with_function(self, function: Function) -> "Operation":
        return dataclasses.replace(self, function=function)

    def function_here(self) -> Function:
        """OperationError where this process has none."""
        if self.function is None:
            raise OperationError(f"{self.name}: only a worker has its function")
        return self.function

    @property
    def name(self) -> str:
        return self.description.name

    @property
    def task_name(self) -> str:
        return self.description.task_name

    @property
    def queues(self) -> tuple[str, ...]:
        return self.description.queues

    @property
    def loads(self) -> str | None:
        return self.description.loads

    @property
    def reads_media(self) -> bool:
        return self.description.reads_media

    @property
    def min_rows(self) -> int:
        return self.description.min_rows

    @property
    def max_rows(self) -> int:
        return self.description.max_rows

    @property
    def hang_seconds(self) -> int | None:
        return self.description.hang_seconds

    @property
    def time_limit(self) -> int | None:
        return self.description.time_limit

    @functools.cached_property
    def record_schema(self) -> Schema:
        return Schema.of_json(self.description.record)

    @property
    def required(self) -> tuple[str, ...]:
        """The fields without which a record is none."""
        return tuple(field.name for field in self.record_schema.fields if field.is_required)

    @functools.cached_property
    def media_field(self) -> str | None:
        """The field of a record that names its media file: ``payload``, else the first other text that must be there.

        None of an operation that reads no media, or whose records have no such field.
        """
        if not self.reads_media:
            return None
        fields = [field for field in self.record_schema.own_fields if field.is_required and field.name != "id"]
        names = [field.name for field in fields if field.types == ("string",) and not (field.format or field.enum)]
        return "payload" if "payload" in names else next(iter(names), None)

    @functools.cached_property
    def result_schema(self) -> Schema:
        return Schema.of_json(self.description.result)


class Declared(TypedDict, total=False):
    """What the decorator takes; Description says what each is. Several queues are those that a batch may choose of."""

    queue: str | tuple[str, ...]
    rows: tuple[int, int]
    version: int
    title: str
    time_limit: int | None
    hang_seconds: int | None
    right: str
    loads: str
    reads_media: bool
    unit: str


F = TypeVar("F", bound=Function)


def operation(**declared: Unpack[Declared]) -> Callable[[F], F]:
    """Make the operation of a function's name. The function stays callable; ``operation_of`` finds what was made."""

    def declare(function: F) -> F:
        name = getattr(function, "__name__", type(function).__name__)
        record, result = _types(name, function)
        made = describe(name, record, result, **declared).with_function(function)
        function.operation = made  # type: ignore[attr-defined]
        return function

    return declare


def operation_of(value: object) -> Operation | None:
    """What the decorator put on a function, or the operation itself; None of anything else."""
    found = value if isinstance(value, Operation) else getattr(value, "operation", None)
    return found if isinstance(found, Operation) else None


def describe(name: str, record: type, result: type, **declared: Unpack[Declared]) -> Operation:
    """An operation without a function: for one whose function stands beside heavy imports. OperationError."""
    more: dict[str, Any] = dict(declared)
    queue, (fewest, most) = more.pop("queue", "cpu"), more.pop("rows", ROWS)
    written = {
        "name": name,
        "task_name": task_name_of(name),
        "title": name.replace("_", " ").capitalize(),
        "queues": (queue,) if isinstance(queue, str) else queue,
        "min_rows": fewest,
        "max_rows": most,
        "record": _schema(name, record),
        "result": _schema(name, result),
        **more,
    }
    try:
        return Operation(msgspec.convert(written, Description), record, result)
    except msgspec.ValidationError as error:
        raise OperationError(f"{name}: {error}") from None


def _schema(name: str, struct: type) -> JSONSchema:
    try:
        return Schema.of_struct(struct).to_json()
    except SchemaError as error:
        raise OperationError(f"{name}: {error}") from None


def _types(name: str, function: Callable[..., Any]) -> tuple[type, type]:
    """Of its record and its result, as the function's annotations have them."""
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except (NameError, TypeError) as error:
        raise OperationError(f"{name}: its annotations cannot be read: {error}") from None
    result = hints.pop("return", None)
    record = next(iter(hints.values()), None)
    for kind, found in (("the record, which is its first parameter,", record), ("what it returns", result)):
        if not (isinstance(found, type) and issubclass(found, msgspec.Struct)):
            raise OperationError(f"{name}: {kind} needs a msgspec.Struct as its annotation, and has {found!r}")
    return typing.cast("tuple[type, type]", (record, result))
