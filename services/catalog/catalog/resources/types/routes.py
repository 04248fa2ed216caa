"""``/api/types/``"""

from catalog.crud.resource import Resource
from catalog.resources.types.repository import type_repository
from catalog.resources.types.schema import TYPE

TYPES = Resource("types", TYPE, type_repository)
