"""Statements of types; a type is shown with the name of its group."""

from sqlalchemy import Engine

from catalog.crud.list_statements import Joined
from catalog.crud.repository import Repository
from catalog.resources.groups.model import Group
from catalog.resources.types.model import FileType


def type_repository(engine: Engine) -> Repository:
    group = Group.__table__
    joined = Joined(group, "group_id", (group.c.name.label("group_name"),))
    return Repository(engine, FileType.__table__, joined)
