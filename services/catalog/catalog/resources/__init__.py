"""The resources of the register. A new one is a folder like its neighbours and one line here."""

from flask import Blueprint
from sqlalchemy import Engine

from catalog.resources.groups.routes import groups
from catalog.resources.types.routes import types

RESOURCES = (groups, types)


def blueprints(engine: Engine) -> list[Blueprint]:
    return [resource(engine) for resource in RESOURCES]
