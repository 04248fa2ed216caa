"""What makes a resource follows from the model of its table."""

import datetime
import decimal
from typing import Any, Literal

import pytest
from sqlalchemy import BigInteger, DateTime, ForeignKey, LargeBinary, Numeric, String, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from catalog.crud.repository import repositories
from catalog.crud.resource import Resource
from catalog.resources.groups import GROUPS
from catalog.resources.types import TYPES
from stackroom_kit.schema import Field, Reference


def test_names_and_titles_follow_from_the_model() -> None:
    assert (SHELVES.name, SHELVES.one, SHELVES.many, SHELVES.shown) == ("shelves", "Shelf", "Shelves", "label")
    said = Resource(
        table_with(name=(Mapped[str | None], mapped_column())), "places", shown="id", one="Place", many="All places"
    )
    assert (said.name, said.one, said.many, said.shown) == ("places", "Place", "All places", "id")


def test_what_a_row_belongs_to_follows_from_the_foreign_keys() -> None:
    group_id, group_name = TYPES.schema.fields[-2:]
    assert (group_id.reference, group_id.title) == (Reference("groups", "name"), "Group")
    assert (group_name.name, group_name.read_only, group_name.title) == ("group_name", True, "Group name")
    assert [(one.field, one.named, one.shown, one.noun) for one in TYPES.references] == [
        ("group_id", "group", "group_name", "group")
    ]
    assert (GROUPS.references, GROUPS.is_made, TYPES.one) == ((), False, "Type")


class Base(DeclarativeBase):
    pass


class Shelf(Base):
    __tablename__ = "shelf"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    label: Mapped[str | None] = mapped_column(String(9))


class Book(Base):
    __tablename__ = "book"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    title: Mapped[str | None]
    shelf_id: Mapped[int] = mapped_column(ForeignKey(Shelf.id))
    home_id: Mapped[int | None] = mapped_column(ForeignKey(Shelf.id))


SHELVES, BOOKS = Resource(Shelf, "shelves"), Resource(Book, "books")


def test_foreign_keys_say_what_keeps_a_row_from_being_deleted() -> None:
    engine = create_engine("sqlite://", isolation_level="AUTOCOMMIT")
    Base.metadata.create_all(engine)
    of_shelves, of_books = repositories([SHELVES, BOOKS], engine)
    of_shelves.insert({"id": 1})
    of_shelves.insert({"id": 2, "label": "b"})
    of_books.insert({"id": 5, "shelf_id": 1, "home_id": 2})
    of_books.insert({"id": 6, "shelf_id": 1})
    assert (of_shelves.uses(1), of_shelves.uses(2), of_books.dependents) == ("2 rows of books", "1 row of books", [])
    shown = of_books.get(5)
    assert shown == {"id": 5, "title": None, "shelf_id": 1, "home_id": 2, "shelf_label": None, "home_label": "b"}
    assert (of_books.get(6) or {})["home_label"] is None


def table_with(**columns: Any) -> type[DeclarativeBase]:
    """A model of its own registry."""

    class Own(DeclarativeBase):
        pass

    annotations = {"id": Mapped[int], **{name: kind for name, (kind, _) in columns.items()}}
    members = {name: column for name, (_, column) in columns.items()}
    names = {"__tablename__": "odd", "__annotations__": annotations, "id": mapped_column(primary_key=True), **members}
    return type("Odd", (Own,), names)


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"data": (Mapped[bytes], mapped_column(LargeBinary))}, "is of the type BLOB, which no field has"),
        ({"at": (Mapped[datetime.datetime], mapped_column(DateTime))}, "would forget the offset"),
        ({"one": (Mapped[int], mapped_column(default=5))}, "give it a server_default"),
        ({"shelf": (Mapped[int], mapped_column(ForeignKey(Shelf.id)))}, "its name must end with _id"),
    ],
    ids=lambda one: str(one)[:20],
)
def test_table_that_the_calls_could_not_keep_is_refused_by_name(columns: Any, sentence: str) -> None:
    with pytest.raises(TypeError, match=sentence):
        _ = Resource(table_with(**columns), "odd").schema


def test_every_kind_of_column_is_a_field() -> None:
    model = table_with(
        large=(Mapped[int], mapped_column(BigInteger, server_default="5")),
        text=(Mapped[str | None], mapped_column()),
        weight=(Mapped[float], mapped_column()),
        price=(Mapped[decimal.Decimal], mapped_column(Numeric(6, 2), server_default="1.50")),
        is_new=(Mapped[bool], mapped_column()),
        day=(Mapped[datetime.date | None], mapped_column(doc="Opened on")),
        at=(Mapped[datetime.datetime], mapped_column(DateTime(timezone=True))),
        side=(Mapped[Literal["left", "right"]], mapped_column()),
    )
    assert Resource(model, "odd").schema.fields[1:] == (
        Field("large", ("integer",), minimum=-(2**63), maximum=2**63 - 1, title="Large", default=5),
        Field("text", ("string",), is_nullable=True, title="Text"),
        Field("weight", ("number",), is_required=True, title="Weight"),
        Field("price", ("string",), format="decimal", digits=6, places=2, title="Price", default="1.50"),
        Field("is_new", ("boolean",), is_required=True, title="Is new"),
        Field("day", ("string",), is_nullable=True, format="date", title="Opened on"),
        Field("at", ("string",), is_required=True, format="date-time", title="At"),
        Field("side", ("string",), is_required=True, enum=("left", "right"), title="Side"),
    )
