"""What the catalog says that it holds, and the operations that the importer derives from that."""

from typing import Any

import msgspec
from sqlalchemy import Engine

from catalog.app import create_app
from catalog.settings import Settings
from importer.registry.loads import load_of
from importer.registry.store import keep_resources
from stackroom_kit.resources import DescribedResource, DescribedResources
from stackroom_kit.settings import Secret

TOKEN = Secret("t" * 32)


def _listed() -> list[DescribedResource]:
    settings = Settings(sqlalchemy_database_uri="sqlite+pysqlite:///:memory:", service_token=TOKEN)
    answer = create_app(settings).test_client().get("/api/resources")
    return msgspec.json.decode(answer.data, type=DescribedResources).items


LISTED = _listed()
LOADS = {load.operation.name: load.operation for load in map(load_of, LISTED)}
GROUPS, TYPES = LOADS["load_groups"], LOADS["load_types"]


def know_resources(engine: Engine) -> None:
    """As if the catalog had been asked."""
    keep_resources(engine, LISTED)


def group_row(*values: Any, **fields: Any) -> Any:
    """A record of ``load_groups``."""
    return GROUPS.record(**dict(zip(("id", "name", "comment"), values, strict=False)), **fields)


def type_row(*values: Any, **fields: Any) -> Any:
    """A record of ``load_types``."""
    return TYPES.record(**dict(zip(("id", "file_name", "comments", "group_id"), values, strict=False)), **fields)
