"""The register that calls are measured on."""

from sqlalchemy import create_engine, text

ROWS = """
INSERT INTO tbc.books_files_groups SELECT i, 'Group ' || i, 'comment' FROM generate_series(0, 9) i;
INSERT INTO tbc.books_files_types SELECT i, 'Type ' || i, repeat('c', 60), i % 10 FROM generate_series(1, 10000) i"""


def fill_register(uri: str) -> None:
    """Ten groups and 10,000 types, tidied as autovacuum tidies a living register.

    Left to itself it would come within a minute, in the middle of some measurement.
    """
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(ROWS))
        connection.execute(text("VACUUM ANALYZE"))
    engine.dispose()
