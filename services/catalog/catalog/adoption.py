"""Tables that exist already are taken as they are, once they are found to be what the catalog expects."""

from sqlalchemy import Connection, Inspector, Integer, String, Table, inspect, text
from sqlalchemy.engine.interfaces import ReflectedColumn

from catalog.database import REGISTER
from catalog.resources import RESOURCES
from stackroom_sql.migrate import MigrationError

RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")


class AdoptionError(MigrationError):
    """The tables that are there differ from what the catalog needs; one line per difference."""


def make_or_adopt_tables(connection: Connection, role: str) -> None:
    """Create what is missing; AdoptionError where something that is there is not what it should be.

    ``role`` is that of the service, which needs rights to the tables whoever owns them.
    """
    inspector = inspect(connection)
    differences = _encoding_differences(connection)
    for table in (resource.table for resource in RESOURCES if resource.table.schema == REGISTER):
        if inspector.has_table(table.name, REGISTER):
            differences += [*_differences(inspector, table), *_missing_rights(connection, table, role)]
        else:
            table.create(connection)
    if differences:
        raise AdoptionError(
            "the tables in the database differ from what the catalog needs:\n- " + "\n- ".join(differences)
        )


def _encoding_differences(connection: Connection) -> list[str]:
    """Only Unicode has a place for every text, and only there does the server know its normal form."""
    encoding = connection.execute(text("SELECT current_setting('server_encoding')")).scalar_one()
    return [] if encoding == "UTF8" else [f"the database is encoded as {encoding}, expected UTF8"]


def _differences(inspector: Inspector, table: Table) -> list[str]:
    return [*_column_differences(inspector, table), *_key_differences(inspector, table)]


def _described(kind: object) -> str:
    if isinstance(kind, Integer):
        return "integer"
    return f"varchar({kind.length})" if isinstance(kind, String) and kind.length else str(kind).lower()


def _column_differences(inspector: Inspector, table: Table) -> list[str]:
    found = {column["name"]: column for column in inspector.get_columns(table.name, REGISTER)}
    differences = []
    for column in table.columns:
        place = f"{table.fullname}.{column.name}"
        if column.name not in found:
            differences.append(f"{place} is missing")
            continue
        wanted, there = _described(column.type), _described(found[column.name]["type"])
        if wanted != there:
            differences.append(f"{place} is {there}, expected {wanted}")
        if bool(found[column.name]["nullable"]) != bool(column.nullable):
            differences.append(f"{place} must {'allow' if column.nullable else 'not allow'} null")
    extra = [name for name, column in found.items() if name not in table.columns and not _may_be_left_out(column)]
    return differences + [f"{table.fullname}.{name} is not known here and has no default" for name in extra]


def _may_be_left_out(column: ReflectedColumn) -> bool:
    """A column that the catalog does not know does no harm where an insert may leave it out."""
    return bool(column["nullable"]) or column.get("default") is not None or bool(column.get("identity"))


def _key_differences(inspector: Inspector, table: Table) -> list[str]:
    differences = []
    if inspector.get_pk_constraint(table.name, REGISTER)["constrained_columns"] != ["id"]:
        differences.append(f"{table.fullname}: the primary key must be id")
    found = {
        (tuple(key["constrained_columns"]), key["referred_table"])
        for key in inspector.get_foreign_keys(table.name, REGISTER)
    }
    return differences + [
        f"{table.fullname}.{key.parent.name} must reference {key.column.table.fullname}"
        for key in table.foreign_keys
        if ((key.parent.name,), key.column.table.name) not in found
    ]


def _missing_rights(connection: Connection, table: Table, role: str) -> list[str]:
    """A role that is not there has no right; the query finds it by name, as its rights would not be looked at else."""
    query = text("SELECT bool_or(has_table_privilege(oid, :table, :right)) FROM pg_roles WHERE rolname = :role")
    missing = [
        right
        for right in RIGHTS
        if not connection.execute(query, {"role": role, "table": table.fullname, "right": right}).scalar()
    ]
    return [f"{table.fullname}: the role {role} lacks {', '.join(missing)}"] if missing else []
