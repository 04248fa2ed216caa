"""Settings of every service that has a schema."""

import dataclasses
from urllib.parse import quote

from stackroom_kit.settings import Parser, Secret, integer, secret, setting, text, url

DRIVER = "postgresql+psycopg2"


def database_address(*more: str) -> Parser[str]:
    """Of PostgreSQL, or of one of these kinds. Without a driver it gets ours: SQLAlchemy would take another one."""
    whole = url("postgresql", DRIVER, *more, is_secret=True)

    def parse(address: str) -> str:
        scheme, separator, rest = whole.parse(address).partition("://")
        return f"{DRIVER if scheme == 'postgresql' else scheme}{separator}{rest}"

    return Parser(parse, whole.allowed, is_secret=True)


@dataclasses.dataclass(frozen=True)
class PostgresSettings:
    postgres_host: str = setting("POSTGRES_HOST", "localhost", text, "PostgreSQL server.")
    postgres_port: int = setting("POSTGRES_PORT", 5432, integer(1, 65535), "PostgreSQL port.")
    postgres_user: str = setting("POSTGRES_USER", "postgres", text, "PostgreSQL role.")
    postgres_password: Secret = setting("POSTGRES_PASSWORD", Secret(), secret, "Password of that role.")
    postgres_db: str = setting("POSTGRES_DB", "postgres", text, "Database that holds the schemas.")
    sqlalchemy_database_uri: str | None = setting(
        "SQLALCHEMY_DATABASE_URI",
        None,
        database_address("sqlite", "sqlite+pysqlite"),
        "Whole database address, instead of the five POSTGRES_ settings.",
    )
    migration_postgres_user: str = setting(
        "MIGRATION_POSTGRES_USER",
        "",
        text,
        "Role of migrations, which owns the tables; without it the role of the service does all.",
    )
    migration_postgres_password: Secret = setting(
        "MIGRATION_POSTGRES_PASSWORD", Secret(), secret, "Password of that role."
    )
    migration_database_uri: str | None = setting(
        "MIGRATION_DATABASE_URI",
        None,
        database_address(),
        "Whole database address for migrations, instead of those two; IMPORTER_DATABASE_URI goes before it.",
    )
    db_pool_size: int = setting(
        "DB_POOL_SIZE", 4, integer(1, 100), "PostgreSQL connections that each server process may hold."
    )

    @property
    def database_uri(self) -> str:
        """The address to connect to; it carries the password, so it is never logged."""
        return self.sqlalchemy_database_uri or self._address(self.postgres_user, self.postgres_password)

    @property
    def migration_uri(self) -> str:
        """The address for migrations; without a role for them, that of the service."""
        if self.migration_database_uri:
            return self.migration_database_uri
        if self.sqlalchemy_database_uri or not self.migration_postgres_user:
            return self.database_uri
        return self._address(self.migration_postgres_user, self.migration_postgres_password)

    def _address(self, role: str, secret_word: Secret) -> str:
        password = quote(secret_word.reveal(), safe="")
        user = quote(role, safe="") + (f":{password}" if password else "")
        database = quote(self.postgres_db, safe="")
        return f"{DRIVER}://{user}@{self.postgres_host}:{self.postgres_port}/{database}"
