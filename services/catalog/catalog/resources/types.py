"""Types of book files. Their table exists already in the collection's database and is never altered.

A type is shown with the name of its group, which is taken without a word when it is sent back.
"""

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.crud.resource import Resource
from catalog.database import REGISTER, Base
from catalog.resources.groups import Group


class FileType(Base):
    __tablename__ = "books_files_types"
    __table_args__ = {"schema": REGISTER}

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    file_name: Mapped[str | None] = mapped_column(String(30))
    comments: Mapped[str | None] = mapped_column(String(500))
    group_id: Mapped[int] = mapped_column(ForeignKey(Group.id))


TYPES = Resource(FileType, "types", one="Type")
