"""Statements of groups."""

from sqlalchemy import Engine

from catalog.crud.repository import Dependents, Repository
from catalog.resources.groups.model import Group
from catalog.resources.types.model import FileType


def group_repository(engine: Engine) -> Repository:
    return Repository(engine, Group.__table__, dependents=(Dependents("types", FileType.__table__.c.group_id),))
