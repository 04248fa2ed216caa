"""Calls of a team's own: each module here that has a ``blueprint`` is part of the importer, and no list names it."""

import importlib
import pkgutil
from collections.abc import Iterator

from flask import Blueprint


def own_blueprints() -> Iterator[Blueprint]:
    """In the order of their modules' names. AttributeError for a module without a ``blueprint``."""
    for module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        blueprint: Blueprint = importlib.import_module(f"{__name__}.{module}").blueprint
        yield blueprint
