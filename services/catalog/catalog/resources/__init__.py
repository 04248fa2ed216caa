"""The resources of the register. A new one is a file like its neighbours and a line here."""

from catalog.resources.groups import GROUPS
from catalog.resources.types import TYPES

RESOURCES = (GROUPS, TYPES)
