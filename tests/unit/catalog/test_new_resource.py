"""What CONTRIBUTING says of a new resource: its block of code is a resource, and the rest follows from the table."""

from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, create_engine

from catalog.crud.repository import repositories
from catalog.crud.resource import Resource
from catalog.database import SCHEMA
from tests.support.documents.guide import blocks, section

# In a registry of their own, so that nothing else sees the new table.
IMPORTS = """
from sqlalchemy import Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from catalog.crud.resource import Resource
from catalog.database import SCHEMA
class Base(DeclarativeBase): pass
"""


def test_block_of_the_guide_is_a_resource() -> None:
    (block,) = blocks(section("A new resource").replace("\n   ", "\n"), "python")
    found: dict[str, Resource] = {}
    exec(IMPORTS + block, found)  # noqa: S102 - the guide's own words
    shelves = found["SHELVES"]
    assert (shelves.name, str(shelves.table)) == ("shelves", f"{SCHEMA}.shelves")
    assert shelves.schema.new({"id": 1, "label": " a "}) == {"id": 1, "label": "a"}


def test_foreign_keys_say_what_keeps_a_row_from_being_deleted() -> None:
    tables = MetaData()
    shelf = Table("shelf", tables, Column("id", Integer, primary_key=True), Column("label", String(9)))
    book = Table("book", tables, Column("id", Integer, primary_key=True), Column("on", ForeignKey(shelf.c.id)))
    engine = create_engine("sqlite://")
    tables.create_all(engine)
    of_shelves, of_books = repositories([Resource("shelves", shelf), Resource("books", book)], engine)
    of_shelves.insert({"id": 1})
    with engine.begin() as connection:
        connection.execute(book.insert(), [{"id": 5, "on": 1}, {"id": 6, "on": 1}])
    assert [one.column for one in of_shelves.dependents] == [book.c.on]
    assert (of_shelves.uses(1), of_books.dependents) == ("2 rows of books", [])
