"""Groups of book files. Their table exists already in the collection's database and is never altered."""

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.crud.resource import Resource
from catalog.database import REGISTER, Base


class Group(Base):
    __tablename__ = "books_files_groups"
    __table_args__ = {"schema": REGISTER}

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    name: Mapped[str | None] = mapped_column(String(50))
    comment: Mapped[str | None] = mapped_column(String(200))


GROUPS = Resource(Group, "groups")
