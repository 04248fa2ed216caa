"""The resources of the register. A new one is a folder like its neighbours and one line here."""

from catalog.resources.groups.routes import GROUPS
from catalog.resources.types.routes import TYPES

RESOURCES = (GROUPS, TYPES)
