"""``/api/types/``"""

from flask import Blueprint
from sqlalchemy import Engine

from catalog.crud.routes import crud_blueprint
from catalog.resources.types.repository import type_repository
from catalog.resources.types.schema import TYPE


def types(engine: Engine) -> Blueprint:
    return crud_blueprint("types", type_repository(engine), TYPE)
