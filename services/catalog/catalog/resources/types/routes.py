"""``/api/types/``"""

from catalog.crud.reference import Reference
from catalog.crud.resource import Resource
from catalog.resources.groups.model import Group
from catalog.resources.types.repository import type_repository
from catalog.resources.types.schema import TYPE

TYPES = Resource("types", TYPE, type_repository, Reference("group_id", "group", Group.__table__))
