"""What resources the register has, as the catalog tells it, and the addresses of their pages."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import msgspec
from flask_babel import gettext as _

from stackroom_kit.resources import DescribedResources, Titles
from stackroom_kit.schema import Schema
from ui.pages.titles import translated

TARGET = "/api/resources"
# These had their pages before there was one page for every resource.
OWN_ADDRESSES = ("groups", "types")
ICONS = {"groups": "collection", "types": "file-earmark-text"}
ICON = "table"  # of any other


@dataclasses.dataclass(frozen=True)
class Resource:
    """``shown`` is the column that names a row to people."""

    name: str
    titles: Titles
    schema: Schema
    is_id_given: bool
    shown: str


@dataclasses.dataclass(frozen=True)
class Entry:
    """A page in the menu. ``path`` has no slash at its start."""

    path: str
    icon: str
    label: str
    is_register: bool = True


def resources_of(body: Any) -> tuple[Resource, ...]:
    """ValidationError or SchemaError where the answer is no list of resources."""
    told = msgspec.convert(body, DescribedResources).items
    return tuple(
        Resource(one.name, one.titles, Schema.of_json(one.schema), one.id == "given", one.shown) for one in told
    )


def path_of(name: str) -> str:
    return name if name in OWN_ADDRESSES else f"register/{name}"


def menu(known: Sequence[Resource] | None) -> list[Entry]:
    """The pages of the register, where the catalog was never heard of those that every one has, and all others."""
    if known is None:
        labels = {"groups": _("Groups"), "types": _("Types")}
    else:
        labels = {one.name: translated(one.titles.many) for one in known}
    return [
        *(Entry(path_of(name), ICONS.get(name, ICON), label) for name, label in labels.items()),
        Entry("imports", "box-arrow-in-down", _("Imports"), is_register=False),
        Entry("workers", "cpu", _("Workers"), is_register=False),
    ]
