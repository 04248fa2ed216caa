"""What a client may send of a type. ``group_name`` is read only, and taken without a word when sent back."""

from catalog.crud.schema import Schema
from catalog.resources.types.model import FileType

TYPE = Schema.of_table(FileType.__table__, read_only=("group_name",))
