"""That rows of one table belong to rows of another."""

import dataclasses

from sqlalchemy import FromClause


@dataclasses.dataclass(frozen=True)
class Reference:
    """``field`` holds the id of a row of ``table``; bulk items may name that row by ``name_field`` instead."""

    field: str
    name_field: str
    table: FromClause
