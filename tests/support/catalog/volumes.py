"""A resource of its own for tests: a column of every type, ids that the server makes, and a reference.

``gunicorn tests.support.catalog.volumes:app`` is a catalog that has it beside its own; its table is made at the start.
"""

import datetime
import decimal
from typing import Literal

from flask import Flask
from sqlalchemy import DateTime, ForeignKey, Numeric, SmallInteger, String, true
from sqlalchemy.orm import Mapped, mapped_column

from catalog.app import create_app
from catalog.crud.resource import Resource
from catalog.database import Base, make_engine
from catalog.resources import RESOURCES
from catalog.resources.groups import Group
from catalog.settings import Settings
from stackroom_kit.settings import read_settings


class Volume(Base):
    __tablename__ = "volumes"
    __table_args__ = ({"schema": "catalog"},)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    note: Mapped[str | None] = mapped_column(String(300))
    pages: Mapped[int | None] = mapped_column(SmallInteger)
    weight: Mapped[float | None]
    price: Mapped[decimal.Decimal | None] = mapped_column(Numeric(10, 2))
    is_bound: Mapped[bool] = mapped_column(server_default=true())
    is_lent: Mapped[bool | None]
    printed: Mapped[datetime.date | None]
    seen_at: Mapped[datetime.datetime | None] = mapped_column(DateTime(timezone=True))
    size: Mapped[Literal["folio", "quarto"]] = mapped_column(server_default="folio")
    group_id: Mapped[int] = mapped_column(ForeignKey(Group.id))


VOLUMES = Resource(Volume, "volumes")


def app() -> Flask:
    settings = read_settings(Settings)
    engine = make_engine(settings.database_uri, settings.db_pool_size, settings.search_seconds)
    VOLUMES.table.create(engine, checkfirst=True)
    engine.dispose()
    return create_app(settings, (*RESOURCES, VOLUMES))
