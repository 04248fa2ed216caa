"""``/api/groups/``"""

from catalog.crud.resource import Resource
from catalog.resources.groups.repository import group_repository
from catalog.resources.groups.schema import GROUP

GROUPS = Resource("groups", GROUP, group_repository)
