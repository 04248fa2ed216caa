"""``/api/groups/``"""

from flask import Blueprint
from sqlalchemy import Engine

from catalog.crud.routes import crud_blueprint
from catalog.resources.groups.repository import group_repository
from catalog.resources.groups.schema import GROUP


def groups(engine: Engine) -> Blueprint:
    return crud_blueprint("groups", group_repository(engine), GROUP)
