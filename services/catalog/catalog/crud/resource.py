"""What makes a resource: its name, the fields that clients may send, and its statements."""

import dataclasses
from collections.abc import Callable

from sqlalchemy import Engine

from catalog.crud.reference import Reference
from catalog.crud.repository import Repository
from catalog.crud.schema import Schema


@dataclasses.dataclass(frozen=True)
class Resource:
    """``name`` is the plural that stands in the address; ``repository`` makes the statements for an engine.

    ``reference`` says to which other table its rows belong, where they do.
    """

    name: str
    schema: Schema
    repository: Callable[[Engine], Repository]
    reference: Reference | None = None
