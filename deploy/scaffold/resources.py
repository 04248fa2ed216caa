"""``make new-resource name=shelves``: one file in the catalog, with the model of the table."""

import keyword
import re
from pathlib import Path

from catalog.resources import RESOURCES
from deploy.scaffold.files import ScaffoldError

FOLDER = "services/catalog/catalog/resources"
NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")
OTHER_CALLS = {"importer", "resources"}  # what else stands behind /api/
OF_THE_FILE = {"Base", "Mapped", "Resource", "String"}  # what it imports
ENDS = (("ies", "y"), ("ves", "f"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("sses", "ss"), ("s", ""))
TEXT = '''"""{many}."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from catalog.crud.resource import Resource
from catalog.database import Base


class {model}(Base):
    __tablename__ = "{name}"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(String(50))
    comment: Mapped[str | None] = mapped_column(String(200))


{constant} = Resource({model})
'''
NEXT = """\
Write the columns. Then:
- in {folder}/__init__.py: import {constant} from catalog.resources.{name}, and name it in RESOURCES
- `make migration name={name}`
- Russian words in services/ui/ui/translations/ru/LC_MESSAGES/messages.po: `make doctor` says which
- `.venv/bin/python -m deploy.search_sql > deploy/postgres/search.sql`: indexes for searches, which nobody need make
"""


def new_resource(name: str, one: str) -> dict[str, str]:
    """``one`` may be empty: then it is the name without the ending of a plural. ScaffoldError."""
    if not NAME.fullmatch(name) or keyword.iskeyword(name):
        raise ScaffoldError(f"{name!r} is no name of a resource: a letter, then letters, digits and _, all small")
    if name in OTHER_CALLS or name in {resource.name for resource in RESOURCES}:
        raise ScaffoldError(f"/api/{name} is there already, so nothing was written")
    model = (one or singular(name)).title().replace("_", "")
    if model in OF_THE_FILE or not model.isidentifier():
        raise ScaffoldError(f"{model} is no name for the model: say another with one=")
    many = name.replace("_", " ").capitalize()
    return {f"{FOLDER}/{name}.py": TEXT.format(name=name, model=model, many=many, constant=name.upper())}


def singular(name: str) -> str:
    """By the usual endings; where it is wrong, the author says it."""
    for end, instead in ENDS:
        if name.endswith(end) and not name.endswith("ss"):
            return name.removesuffix(end) + instead
    return name


def next_steps(name: str) -> str:
    return NEXT.format(folder=Path(FOLDER), name=name, constant=name.upper())
