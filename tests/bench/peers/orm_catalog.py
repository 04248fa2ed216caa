"""The catalog's two GETs with Flask and the ORM as usually written: a session, objects, their group, jsonify."""

import os

from flask import Flask, Response, abort, jsonify, request
from sqlalchemy import ForeignKey, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

engine = create_engine(os.environ["PEER_DATABASE_URI"], pool_size=8)
app = Flask(__name__)


class Base(DeclarativeBase):
    pass


class Group(Base):
    __tablename__ = "books_files_groups"
    __table_args__ = {"schema": "tbc"}

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]


class FileType(Base):
    __tablename__ = "books_files_types"
    __table_args__ = {"schema": "tbc"}

    id: Mapped[int] = mapped_column(primary_key=True)
    file_name: Mapped[str | None]
    comments: Mapped[str | None]
    group_id: Mapped[int] = mapped_column(ForeignKey("tbc.books_files_groups.id"))
    group: Mapped[Group] = relationship()


def as_dict(found: FileType) -> dict[str, object]:
    return {
        "id": found.id,
        "file_name": found.file_name,
        "comments": found.comments,
        "group_id": found.group_id,
        "group_name": found.group.name,
    }


@app.get("/health/ready")
def ready() -> Response:
    return jsonify(status="ok")


@app.get("/api/types/<int:type_id>")
def one(type_id: int) -> Response:
    with Session(engine) as session:
        found = session.get(FileType, type_id)
        if found is None:
            abort(404)
        return jsonify(as_dict(found))


@app.get("/api/types/")
def page() -> Response:
    with Session(engine) as session:
        found = session.scalars(select(FileType).order_by(FileType.id).limit(int(request.args["limit"]))).all()
        total = session.scalar(select(func.count()).select_from(FileType))
        return jsonify(items=[as_dict(one) for one in found], total=total)
