"""The table of types; it exists already in the collection's database and is never altered."""

from sqlalchemy import ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.database import SCHEMA, Base


class FileType(Base):
    __tablename__ = "books_files_types"
    __table_args__ = {"schema": SCHEMA}

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    file_name: Mapped[str | None] = mapped_column(String(30))
    comments: Mapped[str | None] = mapped_column(String(500))
    group_id: Mapped[int] = mapped_column(Integer, ForeignKey(f"{SCHEMA}.books_files_groups.id"))
