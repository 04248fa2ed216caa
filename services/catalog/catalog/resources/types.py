"""Types of book files. Their table exists already in the collection's database and is never altered.

A type is shown with the name of its group, which is taken without a word when it is sent back.
"""

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.crud.list_statements import Joined
from catalog.crud.resource import Reference, Resource
from catalog.database import SCHEMA, Base
from catalog.resources.groups import Group


class FileType(Base):
    __tablename__ = "books_files_types"
    __table_args__ = {"schema": SCHEMA}

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    file_name: Mapped[str | None] = mapped_column(String(30))
    comments: Mapped[str | None] = mapped_column(String(500))
    group_id: Mapped[int] = mapped_column(Integer, ForeignKey(f"{SCHEMA}.books_files_groups.id"))


TYPES = Resource(
    "types",
    FileType.__table__,
    Reference("group_id", "group", Group.__table__),
    Joined(Group.__table__, "group_id", (Group.__table__.c.name.label("group_name"),)),
)
