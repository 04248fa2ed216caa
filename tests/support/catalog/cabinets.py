"""A resource with a column of every kind, in a registry of its own, so that nothing else sees its table."""

import datetime
import decimal
from typing import Any, Literal

from flask import Flask
from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, MetaData, Numeric, String, create_engine, true
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from catalog.app import create_app
from catalog.crud.resource import Resource
from catalog.database import SCHEMA
from catalog.resources import RESOURCES
from catalog.resources.groups import Group
from catalog.settings import Settings
from stackroom_kit.settings import read_settings

WITH_CABINETS = "catalog with cabinets"


class Base(DeclarativeBase):
    metadata = MetaData(schema=SCHEMA)


class Cabinet(Base):
    __tablename__ = "cabinets"
    __table_args__ = (CheckConstraint("height > 0", name="height_is_above_nought"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str] = mapped_column(String(20), unique=True)
    group_id: Mapped[int] = mapped_column(ForeignKey(Group.id))
    spare_group_id: Mapped[int | None] = mapped_column(ForeignKey(Group.id))
    opened_on: Mapped[datetime.date | None]
    seen_at: Mapped[datetime.datetime | None] = mapped_column(DateTime(timezone=True))
    is_open: Mapped[bool] = mapped_column(server_default=true())
    is_lit: Mapped[bool | None]
    height: Mapped[decimal.Decimal | None] = mapped_column(Numeric(6, 2))
    weight: Mapped[float | None] = mapped_column(doc="Size")
    number: Mapped[int | None] = mapped_column(BigInteger)
    side: Mapped[Literal["left", "right"]] = mapped_column(server_default="left")


class Board(Base):
    """Belongs to a cabinet."""

    __tablename__ = "boards"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str | None] = mapped_column(String(20))
    cabinet_id: Mapped[int | None] = mapped_column(ForeignKey(Cabinet.id))


CABINETS, BOARDS = Resource(Cabinet), Resource(Board)
ALL = (*RESOURCES, CABINETS, BOARDS)


def make_tables(uri: str) -> None:
    """On PostgreSQL; SQLite makes them by itself."""
    engine = create_engine(uri)
    for table in (Cabinet.__table__, Board.__table__):
        table.create(engine, checkfirst=True)  # type: ignore[attr-defined]
    engine.dispose()


def app_with_cabinets(uri: str, **settings: Any) -> Flask:
    """Under a name of its own, since its document is another than the catalog's."""
    app = create_app(Settings(sqlalchemy_database_uri=uri, **settings), ALL)
    app.name = WITH_CABINETS
    return app


def served() -> Flask:
    """For gunicorn, with the settings of the environment."""
    settings = read_settings(Settings)
    make_tables(settings.database_uri)
    return create_app(settings, ALL)
