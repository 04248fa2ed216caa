"""What a client may send of a group: the columns, by their own lengths."""

from catalog.crud.schema import Schema
from catalog.resources.groups.model import Group

GROUP = Schema.of_table(Group.__table__)
