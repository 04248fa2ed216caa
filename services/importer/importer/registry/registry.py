"""The registry: every operation by its name, as this process last saw them.

Those of this repository are known at once. Workers bring others, and each resource of the catalog has one that loads
it: these are read from the database, again whenever something changed there.
"""

import dataclasses
import datetime
import functools
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Engine, Row

from importer.registry.loads import Load, load_of, resource_of
from importer.registry.store import Revisions, look, read
from stackroom_jobs.description import LOAD, Description
from stackroom_jobs.operation import Operation
from stackroom_jobs.operations import OPERATIONS
from stackroom_jobs.operations.load import LoadReference
from stackroom_kit.refresh import Refresh
from stackroom_kit.resources import DescribedResource
from stackroom_kit.schema import SchemaError

LOOK_SECONDS = 1.0  # for which what was seen is taken as it was
# `load` serves the loads of workers, and nobody can send it.
BUILT_IN = {name: operation for name, operation in OPERATIONS.items() if name != LOAD}
T = TypeVar("T")
logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Brought:
    """An operation that a worker registered, and when."""

    operation: Operation
    by: str
    at: datetime.datetime


@dataclasses.dataclass(frozen=True)
class Known:
    """What one look found, by name."""

    revisions: Revisions = frozenset()
    loads: Mapping[str, Load] = dataclasses.field(default_factory=dict)
    brought: Mapping[str, Brought] = dataclasses.field(default_factory=dict)

    @functools.cached_property
    def operations(self) -> dict[str, Operation]:
        """In the order in which they are listed."""
        loads = {name: load.operation for name, load in self.loads.items()}
        return {**BUILT_IN, **loads, **{name: one.operation for name, one in self.brought.items()}}

    @functools.cached_property
    def fields(self) -> list[str]:
        return sorted({field for operation in self.operations.values() for field in operation.record_schema.own})


class Registry:
    """For the threads of one process. What the database says may be LOOK_SECONDS old."""

    def __init__(self, engine: Engine, before_look: Callable[[], None] = lambda: None) -> None:
        """``before_look`` may write down what is to be seen."""
        self._engine = engine
        self._before_look = before_look
        self._known = Known()
        self._refresh = Refresh(self._look)

    def get(self, name: str) -> Operation | None:
        """None where nobody knows it, as may be of an old batch."""
        if name in BUILT_IN:
            return BUILT_IN[name]
        found = self._recent().operations.get(name)
        return found or self.looked_again().operations.get(name)

    def all(self) -> Sequence[Operation]:
        return list(self._recent().operations.values())

    @property
    def built_in(self) -> Sequence[Operation]:
        """Those that need no database to be known."""
        return list(BUILT_IN.values())

    def brought(self, name: str) -> Brought | None:
        """Who registered it, and when; None of what no worker brings."""
        return self._recent().brought.get(name)

    def knows_resources(self) -> bool:
        """Whether the catalog has ever said what it holds."""
        return bool(self._recent().loads)

    def references(self, name: str) -> dict[str, LoadReference]:
        """Of the rows of a load, what its function must know; nothing of any other operation."""
        load = self._recent().loads.get(name)
        return {} if load is None else load.references

    def with_loads(self, named: Sequence[str]) -> list[str]:
        """What a worker serves that names these operations: with ``load`` it serves every load."""
        return list(dict.fromkeys([*named, *(self.loads() if LOAD in named else ())]))

    def without_description(self, named: Sequence[str]) -> list[str]:
        """Of those that a worker serves, the ones that it need not describe."""
        return [name for name in self.with_loads(named) if name in OPERATIONS or resource_of(name) is not None]

    def queues(self) -> list[str]:
        """Those that an operation may run on."""
        return sorted({queue for operation in self.all() for queue in operation.queues})

    def loads(self) -> list[str]:
        """The names of the operations that load the catalog."""
        return [operation.name for operation in self.all() if operation.loads is not None]

    def readers_of_media(self) -> list[str]:
        """The names of the operations whose records name media files."""
        return [operation.name for operation in self.all() if operation.reads_media]

    def fields(self) -> list[str]:
        """Of the records of all operations, in the order of the alphabet."""
        return self._recent().fields

    def _recent(self) -> Known:
        """One thread looks, and the others go on with what was known, unless nothing was."""
        self._refresh.if_older(LOOK_SECONDS, all_wait=not self._known.revisions)
        return self._known

    def looked_again(self) -> Known:
        """For whoever needs what may have been written this very moment."""
        self._refresh.now()
        return self._known

    def _look(self) -> None:
        self._before_look()
        revisions = look(self._engine)
        if revisions != self._known.revisions:
            self._known = _read_anew(self._engine, revisions)


def _read_anew(engine: Engine, revisions: Revisions) -> Known:
    operations, resources = read(engine)
    loads = _readable(resources, lambda row: load_of(msgspec.json.decode(row.description, type=DescribedResource)))
    return Known(
        revisions,
        {one.operation.name: one for one in loads},
        {one.operation.name: one for one in _readable(operations, _brought)},
    )


def _readable(rows: Iterable[Row[Any]], made: Callable[[Row[Any]], T]) -> Iterator[T]:
    """Without what only a newer importer understands: that must not keep this one from its work."""
    for row in rows:
        try:
            yield made(row)
        except (msgspec.MsgspecError, SchemaError) as error:
            logger.error("this importer cannot read what is registered as %s: %s", row.name, error)


def _brought(row: Row[Any]) -> Brought:
    description = msgspec.json.decode(row.description, type=Description)
    return Brought(Operation.of_description(description), row.registered_by, row.registered_at)


def options_for(registry: Registry, name: str, options: str) -> bytes:
    """Those of a batch, with what the function of a load must be told beside them; JSON in and out."""
    references = registry.references(name)
    if not references:
        return options.encode()
    return msgspec.json.encode({**msgspec.json.decode(options), "references": references})
